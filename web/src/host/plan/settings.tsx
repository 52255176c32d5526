/** What is settled once: who puts people on air, the recording, how long each may speak, another time, calling it off. */
import { useState } from "preact/hooks";
import { fromLocalField, isoOf } from "../../shell/clock.ts";
import { s } from "../../texts/studio.ts";
import { span } from "../../words/time.ts";
import type { Desk } from "../desk.ts";
import { post, put } from "../desk.ts";
import type { HallView } from "../view.ts";
import { Recording } from "./recording.tsx";
import { Sounds } from "./sounds.tsx";

interface Props {
  desk: Desk;
  view: HallView;
}

const AIR_DELAYS_S = [0, 5, 10, 20, 30];
const BEFORE_DOORS = ["draft", "announced"];
const POSTPONES = ["announced", "doors", "paused"];
const CANCELS = ["announced", "doors"];

export function Settings({ desk, view }: Props) {
  return (
    <>
      <Recording desk={desk} view={view} />
      <details class="more">
        <summary>{s("settings")}</summary>
        <div class="stack">
          <Led desk={desk} view={view} />
          {BEFORE_DOORS.includes(view.state) && <AirDelay desk={desk} view={view} />}
          <Sounds desk={desk} view={view} />
          <Budget desk={desk} view={view} />
          {POSTPONES.includes(view.state) && <Postpone desk={desk} />}
          {CANCELS.includes(view.state) && <Cancel desk={desk} view={view} />}
        </div>
      </details>
    </>
  );
}

function Led({ desk, view }: Props) {
  const { led } = view.floor;
  const turn = () =>
    desk.do(post("/floor", { led: !led }), s(led ? "led.off.said" : "led.said"), post("/floor", { led }));
  return (
    <label class="tick">
      <input type="checkbox" checked={led} disabled={desk.away.value} onChange={turn} />
      <span>{s("led")}</span>
    </label>
  );
}

function AirDelay({ desk, view }: Props) {
  const now_s = view.plan.air_delay_ms / 1000;
  const named = (n: number) => (n === 0 ? s("delay.none") : s("delay.seconds", { n }));
  const set = (n: number) =>
    desk.do(
      put("/air-delay", { delay_ms: n * 1000 }),
      s(n === 0 ? "delay.none.said" : "delay.said", { n }),
      put("/air-delay", { delay_ms: view.plan.air_delay_ms }),
    );
  return (
    <label class="field">
      <span>{s("delay")}</span>
      <select
        value={String(now_s)}
        disabled={desk.away.value}
        onChange={(event) => set(Number(event.currentTarget.value))}
      >
        {[...new Set([...AIR_DELAYS_S, now_s])]
          .sort((a, b) => a - b)
          .map((n) => (
            <option key={n} value={String(n)}>
              {named(n)}
            </option>
          ))}
      </select>
    </label>
  );
}

function Budget({ desk, view }: Props) {
  const each = view.floor.time.each;
  const [minutes, setMinutes] = useState(each ? String(Math.round(each.budget_ms / 60_000)) : "");
  const [enforced, setEnforced] = useState(each?.enforced ?? false);
  const set = (event: Event) => {
    event.preventDefault();
    const seconds = Number(minutes) > 0 ? Math.round(Number(minutes) * 60) : null;
    const said = seconds === null ? s("budget.none.said") : s("budget.said", { span: span(seconds * 1000) });
    void desk.do(put("/budget", { side: null, seconds, enforced: seconds !== null && enforced }), said);
  };
  return (
    <form class="row row--end" onSubmit={set}>
      <label class="field">
        <span>{s("budget")}</span>
        <input
          type="number"
          min="0"
          max="600"
          value={minutes}
          onInput={(event) => setMinutes(event.currentTarget.value)}
        />
      </label>
      <label class="tick">
        <input
          type="checkbox"
          checked={enforced}
          onChange={(event) => setEnforced(event.currentTarget.checked)}
        />
        <span>{s("budget.enforced")}</span>
      </label>
      <button type="submit" class="button" disabled={desk.away.value}>
        {s("set")}
      </button>
    </form>
  );
}

function Postpone({ desk }: { desk: Desk }) {
  const [starts, setStarts] = useState("");
  const postpone = (event: Event) => {
    event.preventDefault();
    const at_ms = fromLocalField(starts);
    if (at_ms !== null) void desk.do(post("/postpone", { starts_at: isoOf(at_ms) }), s("postpone.said"));
  };
  return (
    <form class="row row--end" onSubmit={postpone}>
      <label class="field grow">
        <span>{s("postpone.to")}</span>
        <input
          type="datetime-local"
          required
          value={starts}
          onInput={(event) => setStarts(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button" disabled={desk.away.value}>
        {s("postpone")}
      </button>
    </form>
  );
}

/** Asked first: the desk answers how many are waiting, and takes a yes for a minute. */
function Cancel({ desk, view }: Props) {
  const asked = view.cancel_asked?.by === desk.me ? view.cancel_asked : null;
  const since_ms = asked === null ? 0 : view.now_ms - asked.at_ms;
  const isMeant = asked !== null && since_ms < 60_000;
  // Nobody reads how many are waiting in less: two presses in one movement are one.
  const isRead = since_ms >= 1000;
  const press = () => {
    if (!isMeant) return desk.ask(post("/cancel", {}));
    return isRead ? desk.do(post("/cancel", { confirm: true }), s("cancel.said")) : undefined;
  };
  return (
    <div class="stack">
      <p role="status">{isMeant && s("cancel.warning", { n: asked.waiting })}</p>
      <div>
        <button
          type="button"
          class="button"
          data-kind="danger"
          data-armed={isMeant}
          disabled={desk.away.value}
          onClick={press}
        >
          {s(isMeant ? "cancel.again" : "cancel")}
        </button>
      </div>
    </div>
  );
}
