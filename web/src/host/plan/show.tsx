/** Now and next: what is on, for how long, what follows and when it is due. */
import { useState } from "preact/hooks";
import { s } from "../../texts/studio.ts";
import { clock, elapsed } from "../../words/time.ts";
import type { Desk } from "../desk.ts";
import { post, put } from "../desk.ts";
import type { Due, HallView } from "../view.ts";
import { Rundown } from "./rundown.tsx";
import { Settings } from "./settings.tsx";

interface Props {
  desk: Desk;
  view: HallView;
}

export function Show({ desk, view }: Props) {
  const [editing, setEditing] = useState(false);
  const { items, on } = view.plan;
  const over = view.state === "ended";
  return (
    <section class="card stack" aria-labelledby="plan">
      <h2 id="plan">{s("plan")}</h2>
      {items.length === 0 && !editing && <p class="soft">{s("plan.none")}</p>}
      {editing ? (
        <Rundown desk={desk} items={items} done={() => setEditing(false)} />
      ) : (
        <ol class="rundown">
          {items.map((item, i) => (
            <Piece key={item.item} desk={desk} view={view} item={item} past={isPast(items, on, i)} />
          ))}
        </ol>
      )}
      {!editing && !over && (
        <button type="button" class="button" onClick={() => setEditing(true)}>
          {s(items.length === 0 ? "plan.make" : "plan.change")}
        </button>
      )}
      {view.state === "live" && <Silence desk={desk} view={view} />}
      {!over && <Settings desk={desk} view={view} />}
    </section>
  );
}

const isPast = (items: Due[], on: string | null, i: number): boolean =>
  on !== null && i < items.findIndex(({ item }) => item === on);

function Piece({ desk, view, item, past }: Props & { item: Due; past: boolean }) {
  const { plan, now_ms } = view;
  const isOn = plan.on === item.item;
  const before = plan.on;
  const go = () =>
    desk.do(
      post(`/rundown/${item.item}`),
      s("plan.said", { title: item.title }),
      before === null ? null : post(`/rundown/${before}`),
    );
  return (
    <li class="piece" data-past={past} aria-current={isOn ? "step" : undefined}>
      <span class="piece__title">
        {isOn && <span class="piece__on">{s("plan.on")}</span>} {item.title}
      </span>
      <span class="soft figures">{dueOf(item, isOn, now_ms)}</span>
      {!isOn && !past && view.state !== "ended" && plan.on !== null && (
        <button type="button" class="button" data-kind="plain" disabled={desk.away.value} onClick={go}>
          {s("plan.begin")}
          <span class="unseen"> {item.title}</span>
        </button>
      )}
    </li>
  );
}

/** "since 3:10 of 5:00", "1:20 over", "at 20:15 · 10:00". */
function dueOf({ starts_at_ms, planned_ms, over_ms }: Due, on: boolean, now_ms: number): string {
  const planned = elapsed(planned_ms);
  if (!on) return starts_at_ms === null ? planned : s("plan.due", { clock: clock(starts_at_ms), planned });
  if (over_ms > 0) return s("plan.over", { over: elapsed(over_ms) });
  return s("plan.since", { since: elapsed(now_ms - (starts_at_ms ?? now_ms)), planned });
}

function Silence({ desk, view }: Props) {
  const on = view.plan.silence_intended;
  const turn = () =>
    desk.do(put("/silence", { on: !on }), s(on ? "silence.off.said" : "silence.said"), put("/silence", { on }));
  return (
    <label class="tick">
      <input type="checkbox" checked={on} disabled={desk.away.value} onChange={turn} />
      <span>{s("silence")}</span>
    </label>
  );
}
