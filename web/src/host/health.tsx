/** The health of a hall in one line, which opens into what lies behind it. */
import { useRef } from "preact/hooks";
import { s } from "../texts/studio.ts";
import { healthLine } from "../words/health.ts";
import type { Desk } from "./desk.ts";
import type { HallView } from "./view.ts";

const KEPT_MS = 600_000;
const EVERY_MS = 2000;
const [WIDTH, HEIGHT] = [300, 60];

type Point = [at_ms: number, listeners: number];

export function Health({ desk, view }: { desk: Desk; view: HallView }) {
  const points = useHistory(view);
  const most = Math.max(1, ...points.map(([, listeners]) => listeners));
  return (
    <details class="health">
      <summary class="health__line figures">{healthLine(view, view.now_ms)}</summary>
      <div class="health__more">
        <figure>
          <svg class="health__plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img">
            <title>{s("health.plot", { n: most })}</title>
            <polyline points={path(points, view.now_ms, most)} />
          </svg>
          <figcaption class="soft">{s("health.plot", { n: most })}</figcaption>
        </figure>
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">{s("health.seat")}</th>
              <th scope="col">{s("health.trip")}</th>
              <th scope="col">{s("health.lost")}</th>
            </tr>
          </thead>
          <tbody>
            {view.lines.map(({ seat, rtt_ms, lost }) => (
              <tr key={seat}>
                <th scope="row">{view.seats.find((each) => each.seat === seat)?.name ?? seat}</th>
                <td>{rtt_ms === null ? "–" : `${rtt_ms} ms`}</td>
                <td>{lost}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {view.headroom && <p>{roomSentence(view.headroom)}</p>}
        {desk.away.value && <p>{s("away")}</p>}
      </div>
    </details>
  );
}

const OF = {
  sweep: "health.of.sweep",
  uplink: "health.of.uplink",
  memory: "health.of.memory",
  descriptors: "health.of.descriptors",
} as const;

function roomSentence({ free, of }: { free: number; of: string }): string {
  const least = OF[of as keyof typeof OF];
  return s("health.room", { n: Math.round(free * 100), of: least ? s(least) : of });
}

/** Listeners in the last ten minutes, as this page saw them. */
function useHistory({ now_ms, audience }: HallView): Point[] {
  const points = useRef<Point[]>([]);
  const last = points.current.at(-1)?.[0] ?? 0;
  if (now_ms - last >= EVERY_MS)
    points.current = [...points.current.filter(([at]) => now_ms - at < KEPT_MS), [now_ms, audience.listeners]];
  return points.current;
}

const path = (points: Point[], now_ms: number, most: number): string =>
  points
    .map(([at, listeners]) => {
      const x = WIDTH * (1 - (now_ms - at) / KEPT_MS);
      return `${x.toFixed(1)},${(HEIGHT - 2 - (HEIGHT - 4) * (listeners / most)).toFixed(1)}`;
    })
    .join(" ");
