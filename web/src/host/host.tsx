/** The page of those who run a hall: its health in one line, the next thing to do, the plan, the floor, links. */
import { useEffect, useMemo } from "preact/hooks";
import type { Lines } from "../shell/line/lines.ts";
import { s } from "../texts/studio.ts";
import { faceOf } from "../words/faces.ts";
import { Bar } from "./bar.tsx";
import { Desk } from "./desk.ts";
import { Ears } from "./ears.ts";
import { Floor } from "./floor/floor.tsx";
import { Health } from "./health.tsx";
import { Keys } from "./keys.tsx";
import { Links } from "./links/links.tsx";
import { nextStep } from "./next.ts";
import { Show } from "./plan/show.tsx";
import type { HallView } from "./view.ts";

interface Place {
  hall: string;
  /** The person whose page this is. */
  me: string;
  /** Their own line, where they have a seat. */
  lines: Lines | null;
  /** Hears what the hall is called, which the public state does not tell of a draft. */
  named: (title: string) => void;
}

export function Host({ hall, me, lines, named }: Place) {
  const desk = useMemo(() => new Desk(hall, me), [hall, me]);
  const ears = useMemo(() => new Ears(hall, lines), [hall, lines]);
  const view = desk.view.value;
  useEffect(() => {
    if (view) named(view.title);
  }, [view, named]);
  if (!view)
    return (
      <section class="desk" aria-busy={!desk.away.value} aria-label={s("desk")}>
        <Away desk={desk} />
      </section>
    );
  return (
    <section class="desk" aria-label={s("desk")}>
      <div class="desk__top stack">
        <Away desk={desk} />
        <Head desk={desk} view={view} />
        <Next desk={desk} view={view} />
        <Refusal desk={desk} />
      </div>
      <div class="desk__columns">
        <Show desk={desk} view={view} />
        <Floor desk={desk} view={view} ears={ears} />
        <Links desk={desk} view={view} />
      </div>
      <Keys desk={desk} view={view} ears={ears} />
      <Bar desk={desk} view={view} />
    </section>
  );
}

function Away({ desk }: { desk: Desk }) {
  if (!desk.away.value) return null;
  return (
    <p class="note" data-tone="wait" role="status">
      <strong>{s("away")}</strong>
      {s("away.next")}
    </p>
  );
}

function Head({ desk, view }: { desk: Desk; view: HallView }) {
  const face = faceOf(view);
  return (
    <div class="desk__head">
      <span class="mark" data-tone={face.tone}>
        {face.mark}
      </span>
      {face.clock && <span class="desk__clock figures">{face.clock}</span>}
      <Health desk={desk} view={view} />
    </div>
  );
}

/** Always one thing, and where a press can do it, the button for it. */
function Next({ desk, view }: { desk: Desk; view: HallView }) {
  const { sentence, alert, press } = nextStep(view);
  desk.offers(press?.label ?? null);
  return (
    <div class="next" data-urgent={alert !== null}>
      <p class="unseen" role="alert">
        {alert}
      </p>
      <p class="next__sentence" role={alert === null ? "status" : undefined}>
        {sentence}
      </p>
      {press && (
        <button
          key={press.label}
          type="button"
          class="button"
          data-kind="main"
          disabled={desk.away.value}
          onClick={() => desk.step(press)}
        >
          {press.label}
        </button>
      )}
    </div>
  );
}

function Refusal({ desk }: { desk: Desk }) {
  const refusal = desk.refusal.value;
  if (!refusal) return null;
  return (
    <p class="note" data-tone="danger" role="alert">
      <strong>{refusal.sentence}</strong>
      {refusal.next}
    </p>
  );
}
