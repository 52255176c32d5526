/** The page of those who run a hall: its state and moves, its health in one line, the stage, links. */
import { useEffect, useMemo } from "preact/hooks";
import { wall_ms } from "../shell/clock.ts";
import { listenerLink } from "../shell/place.ts";
import { faceOf } from "../words/faces.ts";
import { healthLine } from "../words/health.ts";
import { Desk } from "./desk.ts";
import { Given } from "./given.tsx";
import { Moves } from "./moves.tsx";
import { Recording } from "./recording.tsx";
import { Seats } from "./seats.tsx";

/** `named` hears what the hall is called, which the public state does not tell of a draft. */
export function Host({ hall, named }: { hall: string; named: (title: string) => void }) {
  const desk = useMemo(() => new Desk(hall), [hall]);
  const view = desk.view.value;
  useEffect(() => {
    if (view) named(view.title);
  }, [view, named]);
  const face = view && faceOf({ ...view, now_ms: wall_ms() });
  return (
    <section class="stack" aria-label="The town hall">
      {desk.away.value && (
        <p class="note" data-tone="wait" role="status">
          <strong>The desk is not answering; sound goes on.</strong>
          Moves wait until it is back.
        </p>
      )}
      <Refusal desk={desk} />
      {view && face && (
        <>
          <div class="card stack">
            <span class="mark" data-tone={face.tone}>
              {face.mark}
            </span>
            <p class="health figures">{healthLine(view, wall_ms())}</p>
            {face.sentence && <p class="soft">{STAFF[view.state] ?? face.sentence}</p>}
            <Recording desk={desk} />
            <Moves desk={desk} />
          </div>
          <Seats desk={desk} />
          <section class="card stack" aria-labelledby="links">
            <h2 id="links">For listeners</h2>
            <Given label="link for listeners" link={listenerLink(hall)} />
          </section>
        </>
      )}
    </section>
  );
}

const STAFF: Record<string, string> = {
  draft: "Only you see it. Announce it to give people its address.",
  paused: "Listeners are told that it goes on by itself.",
  ended: "Speakers' lines are closed.",
};

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
