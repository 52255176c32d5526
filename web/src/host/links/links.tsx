/** Links to hand out: one for all listeners, one for each person on stage or behind it. */
import { useState } from "preact/hooks";
import { absolute, listenerLink } from "../../shell/place.ts";
import { s } from "../../texts/studio.ts";
import { slug } from "../../words/titles.ts";
import type { Desk } from "../desk.ts";
import { post } from "../desk.ts";
import type { HallView } from "../view.ts";
import { Charge } from "./charge.tsx";
import { Given } from "./given.tsx";

const SEAT_CHARS_MAX = 12;
/** Roles with a seat on the stage first. */
const SEATED = ["speaker", "moderator", "host"] as const;
const BEHIND = ["producer", "captioner", "screener", "steward", "listener"] as const;

interface Props {
  desk: Desk;
  view: HallView;
}

export function Links({ desk, view }: Props) {
  return (
    <section class="card stack" aria-labelledby="links">
      <h2 id="links">{s("links")}</h2>
      <p class="soft">{s("links.listeners")}</p>
      <Given label={s("links.for_listeners")} link={listenerLink(view.hall)} />
      {view.state !== "ended" && <Invite desk={desk} view={view} />}
      {desk.invitations.value.map(({ name, url }) => (
        <div key={url} class="stack">
          <p>{s("links.send", { name })}</p>
          <Given label={s("links.for", { name })} link={absolute(url)} />
        </div>
      ))}
      <Charge desk={desk} view={view} />
    </section>
  );
}

type Role = (typeof SEATED)[number] | (typeof BEHIND)[number];

function Invite({ desk, view }: Props) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("speaker");
  const [consent, setConsent] = useState(false);
  const [asking, setAsking] = useState(false);
  const sits = (SEATED as readonly string[]).includes(role);
  const add = async (event: Event) => {
    event.preventDefault();
    if (asking) return;
    setAsking(true);
    const who = { name: name.trim(), role };
    const url = sits
      ? (await desk.ask<{ studio_url: string }>(post("/seats", { ...who, seat: seatFor(name, view), consent })))
          ?.studio_url
      : (await desk.ask<{ url: string }>(post("/passes", who)))?.url;
    setAsking(false);
    if (url === undefined) return;
    desk.invited({ name: who.name, url });
    setName("");
    setConsent(false);
  };
  return (
    <form class="stack" onSubmit={add}>
      <label class="field">
        <span>{s("invite.name")}</span>
        <input value={name} maxLength={60} onInput={(event) => setName(event.currentTarget.value)} required />
      </label>
      <label class="field">
        <span>{s("invite.role")}</span>
        <select value={role} onChange={(event) => setRole(event.currentTarget.value as Role)}>
          {[...SEATED, ...BEHIND].map((each) => (
            <option key={each} value={each}>
              {s(`role.${each}`)}
            </option>
          ))}
        </select>
      </label>
      {view.recorded && sits && (
        <label class="tick">
          <input
            type="checkbox"
            checked={consent}
            onChange={(event) => setConsent(event.currentTarget.checked)}
          />
          <span>{s("invite.consent")}</span>
        </label>
      )}
      <div>
        <button type="submit" class="button" disabled={name.trim() === "" || asking || desk.away.value}>
          {s("invite")}
        </button>
      </div>
    </form>
  );
}

/** A seat's address out of a name, and one that nobody has. */
function seatFor(name: string, { seats }: HallView): string {
  const wished = slug(name, SEAT_CHARS_MAX) || "seat";
  const taken = new Set(seats.map(({ seat }) => seat));
  for (let no = 2, seat = wished; ; no++) {
    if (!taken.has(seat)) return seat;
    seat = `${wished.slice(0, SEAT_CHARS_MAX - 3)}-${no}`;
  }
}
