/** The moves a hall allows now. Ending takes two presses, and the second one knows how many are listening. */
import { useEffect, useState } from "preact/hooks";
import { after } from "../shell/clock.ts";
import { count } from "../words/time.ts";
import { type Desk, movesOf } from "./desk.ts";

const LABELS: Record<string, string> = {
  announce: "Announce",
  open: "Open doors",
  start: "Begin",
  pause: "Pause",
  resume: "Go on",
};
const ARMED_MS = 6000;

export function Moves({ desk }: { desk: Desk }) {
  const moves = movesOf(desk.view.value);
  const waiting = desk.away.value;
  return (
    <div class="row">
      {moves
        .filter((move) => move in LABELS)
        .map((move, i) => (
          <button
            key={move}
            type="button"
            class="button"
            data-kind={i === 0 && move !== "pause" ? "main" : undefined}
            disabled={waiting}
            onClick={() => desk.move(move)}
          >
            {LABELS[move]}
          </button>
        ))}
      {moves.includes("end") && <End desk={desk} />}
    </div>
  );
}

function End({ desk }: { desk: Desk }) {
  const [armed, setArmed] = useState(false);
  useEffect(() => (armed ? after(ARMED_MS, () => setArmed(false)) : undefined), [armed]);
  const listeners = desk.view.value?.audience?.listeners ?? 0;
  const press = () => {
    if (armed) void desk.move("end");
    setArmed(!armed);
  };
  return (
    <>
      <button
        type="button"
        class="button"
        data-kind="danger"
        data-armed={armed}
        disabled={desk.away.value}
        onClick={press}
      >
        {armed ? "Press again to end" : "End …"}
      </button>
      <span role="status">
        {armed &&
          `${count(listeners, "person is", "people are")} listening. An ended town hall cannot be opened again.`}
      </span>
    </>
  );
}
