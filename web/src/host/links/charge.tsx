/** Who runs the show and who chairs, and handing that over. */
import { s } from "../../texts/studio.ts";
import type { Desk } from "../desk.ts";
import { post } from "../desk.ts";
import type { HallView, Person } from "../view.ts";

const ROLES = ["producer", "moderator"] as const;

export function Charge({ desk, view }: { desk: Desk; view: HallView }) {
  const charges = ROLES.map((role) => ({ role, able: able(view.people, role) })).filter(
    ({ able }) => able.length > 0,
  );
  if (charges.length === 0 || view.state === "ended") return null;
  return (
    <section class="stack" aria-labelledby="charge">
      <h3 id="charge">{s("charge")}</h3>
      {charges.map(({ role, able }) => (
        <label key={role} class="field">
          <span>{s(`charge.${role}`)}</span>
          <select
            value={view.in_charge[role] ?? ""}
            disabled={desk.away.value}
            onChange={(event) => {
              const to = event.currentTarget.value;
              const name = able.find(({ person }) => person === to)?.name ?? s("somebody");
              if (to) void desk.do(post("/charge", { role, to }), s(`charge.${role}.said`, { name }));
            }}
          >
            <option value="">{s("charge.nobody")}</option>
            {able.map(({ person, name }) => (
              <option key={person} value={person}>
                {name ?? s("somebody")}
              </option>
            ))}
          </select>
        </label>
      ))}
    </section>
  );
}

const able = (people: Person[], role: string): Person[] =>
  people.filter((person) => person.name !== null && [role, "host"].includes(person.role));
