/** Who sits on the stage, how their lines stand, and a link for one more. */
import { useState } from "preact/hooks";
import { absolute } from "../shell/place.ts";
import { lineFigures, lineWord } from "../words/health.ts";
import { slug } from "../words/titles.ts";
import type { Desk, LineState } from "./desk.ts";
import { Given } from "./given.tsx";

const SEAT_CHARS_MAX = 12;

export function Seats({ desk }: { desk: Desk }) {
  const view = desk.view.value;
  const lines = new Map(view?.lines?.map((line) => [line.seat, line]));
  return (
    <section class="card stack" aria-labelledby="seats">
      <h2 id="seats">On stage</h2>
      <ul class="seats">
        {view?.seats.map(({ seat, name }) => (
          <Seat
            key={seat}
            name={name}
            line={lines.get(seat)}
            silent={view.recorded === true && !view.consents?.includes(seat)}
          />
        ))}
      </ul>
      {view?.seats.length === 0 && <p class="soft">No seats yet. Add the first one here.</p>}
      {view?.state !== "ended" && <AddSeat desk={desk} />}
      {desk.invitations.value.map(({ seat, name, studio_url }) => (
        <div key={seat} class="stack">
          <p>
            Send this link to <strong>{name}</strong> and to nobody else. It is shown only now.
          </p>
          <Given label={`link for ${name}`} link={absolute(studio_url)} />
        </div>
      ))}
    </section>
  );
}

/** `silent`: the town hall is recorded, and they have not agreed to that. */
function Seat({ name, line, silent }: { name: string; line: LineState | undefined; silent: boolean }) {
  const standing = !line ? "none" : !line.heard ? "silent" : line.speaking ? "speaking" : "heard";
  return (
    <li class="seat" data-standing={standing}>
      <span class="seat__name">{name}</span>
      <span>{silent ? "Has not agreed to be recorded" : lineWord(line)}</span>
      <span class="soft figures seat__figures">{lineFigures(line)}</span>
    </li>
  );
}

function AddSeat({ desk }: { desk: Desk }) {
  const [name, setName] = useState("");
  const [consent, setConsent] = useState(false);
  const seat = slug(name, SEAT_CHARS_MAX);
  const add = async (event: Event) => {
    event.preventDefault();
    if (!(await desk.addSeat(seat, name.trim(), consent))) return;
    setName("");
    setConsent(false);
  };
  return (
    <form class="row row--end" onSubmit={add}>
      <label class="field grow">
        <span>Name of a speaker</span>
        <input value={name} maxLength={60} onInput={(event) => setName(event.currentTarget.value)} required />
      </label>
      {desk.view.value?.recorded && (
        <label class="tick">
          <input
            type="checkbox"
            checked={consent}
            onChange={(event) => setConsent(event.currentTarget.checked)}
          />
          <span>They agreed elsewhere to be recorded</span>
        </label>
      )}
      <button type="submit" class="button" disabled={seat === "" || desk.away.value}>
        Add a seat
      </button>
    </form>
  );
}
