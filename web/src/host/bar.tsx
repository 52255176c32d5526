/** What moves the hall, within a thumb's reach. Ending takes two presses, and the second knows how many are listening. */
import { useEffect, useState } from "preact/hooks";
import { after, monotonic } from "../shell/clock.ts";
import { s } from "../texts/studio.ts";
import type { Desk } from "./desk.ts";
import { post } from "./desk.ts";
import { dump, moveOf } from "./moves.ts";
import type { HallView } from "./view.ts";

const ARMED_MS = 8000;
/** Nobody reads how many are listening in less: two presses in one movement are one. */
const READ_MS = 1000;
const ON = ["live", "paused"];
const WAITING = ["announced", "doors"];

interface Props {
  desk: Desk;
  view: HallView;
}

export function Bar({ desk, view }: Props) {
  if (view.state === "ended" && !stillWaits(view)) return <Said desk={desk} />;
  const move = moveOf(view.state);
  return (
    <footer class="bar">
      <Said desk={desk} />
      <div class="bar__moves">
        {WAITING.includes(view.state) && view.starts_at_ms !== null && <Slip desk={desk} view={view} />}
        {stillWaits(view) && <Dump desk={desk} view={view} />}
        {ON.includes(view.state) && <End desk={desk} view={view} />}
        {move && (
          <button
            type="button"
            class="button bar__main"
            data-kind={view.state === "live" ? "pause" : "main"}
            disabled={desk.away.value}
            onClick={() => desk.do(move.wish, move.said, move.undo)}
          >
            {move.label}
          </button>
        )}
      </div>
    </footer>
  );
}

/** Whether something that was said is still to be heard: just after the end, too. */
const stillWaits = ({ state, plan, since_ms, window_ms, now_ms }: HallView): boolean =>
  plan.air_delay_ms > 0 &&
  (ON.includes(state) || (state === "ended" && now_ms < since_ms + plan.air_delay_ms + window_ms));

/** What was done just now, and the way back. */
function Said({ desk }: { desk: Desk }) {
  const done = desk.done.value;
  return (
    <div class="bar__said" role="status">
      {done && <span>{done.said}</span>}
      {done?.undo && (
        <button type="button" class="button" data-kind="plain" onClick={desk.undo}>
          {s("undo")}
        </button>
      )}
    </div>
  );
}

/** At once, and not asked twice: there are seconds to do it in. */
function Dump({ desk, view }: Props) {
  return (
    <button
      type="button"
      class="button"
      data-kind="danger"
      disabled={desk.away.value}
      onClick={() => dump(desk, view)}
    >
      {s("dump", { n: Math.round(view.plan.air_delay_ms / 1000) })}
    </button>
  );
}

function Slip({ desk, view }: Props) {
  const slip = (minutes: number) =>
    desk.do(post("/slip", { minutes, from_ms: view.starts_at_ms }), s("slip.said", { n: minutes }));
  return (
    <>
      {[1, 5].map((minutes) => (
        <button
          key={minutes}
          type="button"
          class="button"
          disabled={desk.away.value}
          onClick={() => slip(minutes)}
        >
          {s("slip", { n: minutes })}
        </button>
      ))}
    </>
  );
}

function End({ desk, view }: Props) {
  /** How many were listening when it was asked: what stands there is read, and does not change. */
  const [asked, setAsked] = useState<{ n: number; at_ms: number } | null>(null);
  useEffect(() => (asked ? after(ARMED_MS, () => setAsked(null)) : undefined), [asked]);
  const armed = asked !== null;
  const press = () => {
    if (!asked) return setAsked({ n: view.audience.listeners, at_ms: monotonic() });
    if (monotonic() - asked.at_ms < READ_MS) return;
    void desk.do(post("/end"), s("said.end"));
    setAsked(null);
  };
  return (
    <>
      <span class="bar__warning" role="status">
        {asked && s("end.warning", { n: asked.n })}
      </span>
      <button
        type="button"
        class="button"
        data-kind="danger"
        data-armed={armed}
        disabled={desk.away.value}
        onClick={press}
      >
        {armed ? s("end.again") : s("end")}
      </button>
    </>
  );
}
