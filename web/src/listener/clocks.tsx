/** Who has spoken how long, by side and by person: for everybody to see. Told apart by place and label, not by hue. */
import type { Evening } from "../flow.ts";
import { t } from "../texts/public.ts";
import { elapsed } from "../words/time.ts";

export function Clocks({ evening }: { evening: Evening }) {
  const seats = evening.seats.filter(({ spoken_ms }) => spoken_ms > 0);
  const { sides } = evening;
  if (seats.length === 0 && sides.length === 0) return null;
  const most = Math.max(1, ...seats.map(({ spoken_ms }) => spoken_ms));
  const most_side = Math.max(1, ...sides.map(({ spoken_ms, budget_ms }) => budget_ms ?? spoken_ms));
  return (
    <section class="clocks" aria-labelledby="clocks">
      <h2 id="clocks">{t("time.spoken")}</h2>
      <dl>
        {sides.map(({ side, spoken_ms, budget_ms }) => (
          <Clock
            key={`side ${side}`}
            name={side}
            spoken_ms={spoken_ms}
            most_ms={most_side}
            budget_ms={budget_ms}
          />
        ))}
        {seats.map(({ name, spoken_ms }, i) => (
          <Clock key={`seat ${i}`} name={name} spoken_ms={spoken_ms} most_ms={most} budget_ms={null} />
        ))}
      </dl>
    </section>
  );
}

interface ClockProps {
  name: string;
  spoken_ms: number;
  most_ms: number;
  budget_ms: number | null;
}

function Clock({ name, spoken_ms, most_ms, budget_ms }: ClockProps) {
  const spoken = elapsed(spoken_ms);
  return (
    <div class="clock">
      <dt>{name}</dt>
      <dd class="figures">{budget_ms === null ? spoken : `${spoken} / ${elapsed(budget_ms)}`}</dd>
      <dd class="clock__bar" aria-hidden="true">
        <progress max={most_ms} value={Math.min(most_ms, spoken_ms)} />
      </dd>
    </div>
  );
}
