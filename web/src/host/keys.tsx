/** The whole desk by keyboard; `?` shows the keys. Single letters can be turned off (WCAG 2.1.4). */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { remember, remembered } from "../shell/reader.ts";
import type { StudioWord } from "../texts/studio.ts";
import { s } from "../texts/studio.ts";
import type { Desk } from "./desk.ts";
import type { Ears } from "./ears.ts";
import { bringUp, call, mute, takeDown } from "./floor/acts.ts";
import { dump, moveOf } from "./moves.ts";
import { nextStep } from "./next.ts";
import type { FloorSeat, HallView } from "./view.ts";

interface Props {
  desk: Desk;
  view: HallView;
  ears: Ears;
}

/** A key and what it does; those about a seat act on the one that has the focus. */
interface Key {
  key: string;
  does: StudioWord;
  press: (at: Props, seat: FloorSeat | null) => unknown;
}

const KEYS: Key[] = [
  { key: "n", does: "keys.next", press: ({ desk, view }) => step(desk, view) },
  { key: "j", does: "keys.down", press: ({ view }) => choose(view, 1) },
  { key: "k", does: "keys.up", press: ({ view }) => choose(view, -1) },
  { key: "u", does: "keys.bring", press: ({ desk }, seat) => seat && bringUp(desk, seat) },
  { key: "d", does: "keys.take", press: ({ desk }, seat) => seat && takeDown(desk, seat) },
  { key: "m", does: "keys.mute", press: ({ desk }, seat) => seat && mute(desk, seat) },
  { key: "l", does: "keys.hear", press: ({ ears }, seat) => seat && ears.hear(seat.seat) },
  { key: "t", does: "keys.cue", press: ({ ears }, seat) => seat && ears.cue(seat.seat) },
  { key: "c", does: "keys.call", press: ({ desk, view }) => callFirst(desk, view) },
  { key: "p", does: "keys.pause", press: ({ desk, view }) => pauseOrGoOn(desk, view) },
  { key: "x", does: "keys.dump", press: ({ desk, view }) => dump(desk, view) },
  { key: "z", does: "keys.undo", press: ({ desk }) => desk.undo() },
];

export function Keys(at: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const on = useSignal(remembered("keys") !== "off");
  const latest = useRef(at);
  latest.current = at;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const other = event.ctrlKey || event.metaKey || event.altKey || event.repeat;
      if (other || writes(event.target)) return;
      if (event.key === "?") return dialog.current?.showModal();
      const known = on.value && KEYS.find(({ key }) => key === event.key);
      if (!known || dialog.current?.open || latest.current.desk.away.value) return;
      event.preventDefault();
      known.press(latest.current, focused(latest.current.view));
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [on]);
  const turn = () => {
    on.value = !on.value;
    remember("keys", on.value ? "on" : "off");
  };
  return (
    <>
      <button type="button" class="button keys__open" onClick={() => dialog.current?.showModal()}>
        {s("keys")}
      </button>
      <dialog ref={dialog} class="card keys" aria-labelledby="keys">
        <h2 id="keys">{s("keys")}</h2>
        <dl class="keys__list">
          {KEYS.map(({ key, does }) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{s(does)}</dd>
            </div>
          ))}
        </dl>
        <label class="tick">
          <input type="checkbox" checked={on.value} onChange={turn} />
          <span>{s("keys.on")}</span>
        </label>
        <form method="dialog">
          <button type="submit" class="button" data-kind="main">
            {s("close")}
          </button>
        </form>
      </dialog>
    </>
  );
}

/** Whoever writes, writes. */
const writes = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input:not([type=checkbox]), select, textarea");

const seatElements = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-seat]")];

function focused({ floor }: HallView): FloorSeat | null {
  const seat = document.activeElement?.closest<HTMLElement>("[data-seat]")?.dataset.seat;
  return floor.seats.find((each) => each.seat === seat) ?? null;
}

function choose(view: HallView, by: number): void {
  const all = seatElements();
  const here = all.findIndex((element) => element.dataset.seat === focused(view)?.seat);
  all[here < 0 ? (by > 0 ? 0 : all.length - 1) : (here + by + all.length) % all.length]?.focus();
}

function step(desk: Desk, view: HallView): void {
  const { press } = nextStep(view);
  if (press) void desk.step(press);
}

function callFirst(desk: Desk, { floor }: HallView): void {
  const first = floor.hands.find(({ position }) => position === 1);
  if (first) void call(desk, first);
}

/** Nothing but a pause and the way out of it: no key opens, announces or ends a hall. */
function pauseOrGoOn(desk: Desk, { state }: HallView): void {
  const move = ["live", "paused"].includes(state) ? moveOf(state) : null;
  if (move) void desk.do(move.wish, move.said, move.undo);
}
