/** Time on air by side: told apart by place, label and pattern, never by hue alone. */
import { s } from "../../texts/studio.ts";
import { elapsed } from "../../words/time.ts";
import type { HallView } from "../view.ts";

export function Sides({ view }: { view: HallView }) {
  const { sides } = view.floor.time;
  const most = Math.max(1, ...sides.map(({ spoken_ms, budget }) => budget?.budget_ms ?? spoken_ms));
  return (
    <>
      <datalist id="sides">
        {sides.map(({ side }) => (
          <option key={side} value={side} />
        ))}
      </datalist>
      {sides.length > 0 && (
        <dl class="sides" aria-label={s("sides")}>
          {sides.map(({ side, spoken_ms, budget }) => (
            <div key={side} class="side">
              <dt>{side}</dt>
              <dd class="figures">
                {budget
                  ? s("time.of", { spoken: elapsed(spoken_ms), budget: elapsed(budget.budget_ms) })
                  : elapsed(spoken_ms)}
                <progress max={most} value={Math.min(most, spoken_ms)} aria-hidden="true" />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}
