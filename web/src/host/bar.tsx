/** What moves the hall, within a thumb's reach. Ending takes two presses, and the second knows how many are listening. */
import { useEffect, useState } from "preact/hooks";
import { after } from "../shell/clock.ts";
import { s } from "../texts/studio.ts";
import type { Desk } from "./desk.ts";
import { post } from "./desk.ts";
import { moveOf } from "./moves.ts";
import type { HallView } from "./view.ts";

const ARMED_MS = 6000;
const WAITING = ["announced", "doors"];

interface Props {
  desk: Desk;
  view: HallView;
}

export function Bar({ desk, view }: Props) {
  if (view.state === "ended") return <Said desk={desk} />;
  const move = moveOf(view.state);
  return (
    <footer class="bar">
      <Said desk={desk} />
      <div class="bar__moves">
        {WAITING.includes(view.state) && view.starts_at_ms !== null && <Slip desk={desk} view={view} />}
        {["live", "paused"].includes(view.state) && <End desk={desk} view={view} />}
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
  const [armed, setArmed] = useState(false);
  useEffect(() => (armed ? after(ARMED_MS, () => setArmed(false)) : undefined), [armed]);
  const press = () => {
    if (armed) void desk.do(post("/end"), s("said.end"));
    setArmed(!armed);
  };
  return (
    <>
      <span class="bar__warning" role="status">
        {armed && s("end.warning", { n: view.audience.listeners })}
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
