/** Who runs the show and who chairs, and handing that over. */
import { useState } from "preact/hooks";
import { s } from "../../texts/studio.ts";
import type { Desk } from "../desk.ts";
import { post } from "../desk.ts";
import type { HallView, Person } from "../view.ts";

const ROLES = ["producer", "moderator"] as const;
type Role = (typeof ROLES)[number];

export function Charge({ desk, view }: { desk: Desk; view: HallView }) {
  if (view.state === "ended") return null;
  return (
    <section class="stack" aria-labelledby="charge">
      <h3 id="charge">{s("charge")}</h3>
      {ROLES.map((role) => (
        <One key={role} desk={desk} view={view} role={role} />
      ))}
    </section>
  );
}

/** Chosen first, handed over by a press: arrow keys pass over names that nobody means. */
function One({ desk, view, role }: { desk: Desk; view: HallView; role: Role }) {
  const [chosen, setChosen] = useState("");
  const people = able(view.people, role);
  const now = people.find(({ person }) => person === view.in_charge[role]);
  const to = people.find(({ person }) => person === chosen);
  const give = async (event: Event) => {
    event.preventDefault();
    if (!to) return;
    const said = s(`charge.${role}.said`, { name: to.name ?? s("somebody") });
    if (await desk.do(post("/charge", { role, to: to.person }), said)) setChosen("");
  };
  return (
    <form class="stack" onSubmit={give}>
      <p>
        {s(`charge.${role}`)}: <strong>{now?.name ?? s("charge.nobody")}</strong>
      </p>
      {people.length > 0 && (
        <div class="given">
          <select
            value={chosen}
            aria-label={s(`charge.${role}.to`)}
            onChange={(event) => setChosen(event.currentTarget.value)}
          >
            <option value="">{s("charge.choose")}</option>
            {people
              .filter(({ person }) => person !== now?.person)
              .map(({ person, name }) => (
                <option key={person} value={person}>
                  {name ?? s("somebody")}
                </option>
              ))}
          </select>
          <button type="submit" class="button" disabled={!to || desk.away.value}>
            {s("charge.give")}
            <span class="unseen"> {s(`charge.${role}`)}</span>
          </button>
        </div>
      )}
    </form>
  );
}

const able = (people: Person[], role: string): Person[] =>
  people.filter((person) => person.name !== null && [role, "host"].includes(person.role));
