/** The floor: seats with what their lines lack, hands in order, time by person and side. */

import { mendOf } from "../../studio/truth.ts";
import { s } from "../../texts/studio.ts";
import type { Desk } from "../desk.ts";
import type { Ears } from "../ears.ts";
import type { HallView } from "../view.ts";
import { Hands } from "./hands.tsx";
import { Seat } from "./seat.tsx";
import { Sides } from "./sides.tsx";

interface Props {
  desk: Desk;
  view: HallView;
  ears: Ears;
}

export function Floor({ desk, view, ears }: Props) {
  const { seats } = view.floor;
  return (
    <section class="card stack" aria-labelledby="floor">
      <div class="row row--apart">
        <h2 id="floor">{s("floor")}</h2>
        <Backstage ears={ears} />
      </div>
      <ul class="seats">
        {seats.map((seat) => (
          <Seat key={seat.seat} desk={desk} view={view} ears={ears} seat={seat} />
        ))}
      </ul>
      {seats.length === 0 && <p class="soft">{s("floor.none")}</p>}
      <Sides view={view} />
      <Hands desk={desk} view={view} />
    </section>
  );
}

/** The line backstage, for whoever has no seat, or does not sit there. */
function Backstage({ ears }: { ears: Ears }) {
  const on = ears.on.value;
  const trouble = ears.trouble.value;
  const deaf = ears.deaf.value;
  const mend = deaf === null ? null : mendOf({ kind: "microphone", name: deaf });
  return (
    <>
      <button type="button" class="button" role="switch" aria-checked={on} onClick={() => ears.turn(!on)}>
        {s("ears.backstage")}
      </button>
      {mend && (
        <p class="note" data-tone="danger" role="alert">
          <strong>{mend.what}</strong>
        </p>
      )}
      {on && trouble && (
        <p class="note" data-tone="wait" role="alert">
          {trouble.kind === "stage" ? trouble.sentence : s("ears.trouble")}
        </p>
      )}
    </>
  );
}
