/** Town halls as a list: what is on now, next and past. */
import "./halls.css";
import type { HallState } from "../flow.ts";
import { t } from "../texts/public.ts";
import { faceOf } from "../words/faces.ts";
import { when } from "../words/time.ts";

export interface HallLine {
  hall: string;
  title: string;
  state: HallState;
  starts_at_ms: number | null;
  cancelled?: boolean;
}

const GROUPS = [
  ["now", ["live", "paused", "doors"]],
  ["next", ["announced", "draft"]],
  ["past", ["ended"]],
] as const satisfies [string, HallState[]][];

export function Halls({ halls, now_ms, place }: { halls: HallLine[]; now_ms: number; place: string }) {
  return (
    <>
      {GROUPS.map(([name, states]) => {
        const here = inOrder(halls.filter(({ state }) => (states as readonly HallState[]).includes(state)));
        return here.length === 0 ? null : (
          <section key={name} class="stack" aria-labelledby={`group-${name}`}>
            <h2 id={`group-${name}`}>{t(`landing.${name}`)}</h2>
            <ul class="halls">
              {here.map((hall) => (
                <Line key={hall.hall} hall={hall} now_ms={now_ms} place={place} />
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

function timeOf({ state, starts_at_ms }: HallLine, now_ms: number): string {
  if (starts_at_ms !== null) return when(starts_at_ms, now_ms);
  return state === "draft" || state === "announced" ? t("time.unset") : "";
}

/** Soonest first; those without a time last. */
export function inOrder(halls: HallLine[]): HallLine[] {
  const at = ({ starts_at_ms }: HallLine) => starts_at_ms ?? Number.MAX_SAFE_INTEGER;
  return [...halls].sort((a, b) => at(a) - at(b) || a.title.localeCompare(b.title));
}

function Line({ hall, now_ms, place }: { hall: HallLine; now_ms: number; place: string }) {
  const { mark, tone } = faceOf({ ...hall, since_ms: now_ms, now_ms });
  return (
    <li>
      <a class="halls__link" href={place + hall.hall}>
        <span class="halls__title">{hall.title}</span>

        <span class="soft figures">{timeOf(hall, now_ms)}</span>
        <span class="mark" data-tone={tone}>
          {mark}
        </span>
      </a>
    </li>
  );
}
