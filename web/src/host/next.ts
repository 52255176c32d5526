/** The next thing to do, always one: a table from top to bottom, the first row that holds. Not here: how it looks. */
import { s } from "../texts/studio.ts";
import { clock } from "../words/time.ts";
import type { Wish } from "./desk.ts";
import { post } from "./desk.ts";
import type { FloorSeat, HallView, LineState } from "./view.ts";

/** `press`: what one press does about it, and undoes; null where only people can. */
export interface Step {
  sentence: string;
  /** Told at once, also to who does not look: without what changes each second. Null: no hurry. */
  alert: string | null;
  press: { label: string; wish: Wish; said: string; undo: Wish | null } | null;
}

const DEAD_AIR_MS = 5000;
const OPEN = ["doors", "live"];

type Row = (view: HallView) => Step | null;

export const nextStep = (view: HallView): Step => {
  for (const row of ROWS) {
    const step = row(view);
    if (step) return step;
  }
  return wait(s("next.calm"));
};

const wait = (sentence: string, alert: string | null = null): Step => ({ sentence, alert, press: null });

const nameOf = ({ name, seat }: FloorSeat): string => name ?? seat;

const bringUp = (seat: FloorSeat, sentence: string): Step => ({
  sentence,
  alert: null,
  press: {
    label: s("up.name", { name: nameOf(seat) }),
    wish: post(`/seats/${seat.seat}/up`),
    said: s("up.said", { name: nameOf(seat) }),
    undo: post(`/seats/${seat.seat}/down`),
  },
});

const ended: Row = ({ state, recording, recorded }) => {
  if (state !== "ended") return null;
  return wait(s(recorded && recording?.state !== "done" ? "next.ended.recording" : "next.ended"));
};

const draft: Row = ({ state, starts_at_ms }) => {
  if (state !== "draft") return null;
  if (starts_at_ms === null) return wait(s("next.draft.unset"));
  return wait(s("next.draft"));
};

const empty: Row = ({ floor }) => (floor.seats.length === 0 ? wait(s("next.empty")) : null);

/** Who the crowd should hear and cannot: worse than anything else while live. */
const deafOnAir: Row = ({ state, floor, lines }) => {
  const dead = floor.seats.find((seat) => seat.standing === "on_air" && isDead(seat, lines, floor.led));
  if (state !== "live" || !dead) return null;
  const said = s("next.silent", { name: nameOf(dead), mend: mendOf(dead) });
  return wait(said, said);
};

/** Whoever listens politely is silent or muted; on a floor that is not led, who has no line has not come yet. */
function isDead({ seat, verdict }: FloorSeat, lines: LineState[], led: boolean): boolean {
  if (verdict === "muted") return false;
  return (led && verdict === "absent") || lines.find((line) => line.seat === seat)?.heard === false;
}

/** Nothing to press: what stands ready comes first, and a pause is always within reach. */
const deadAir: Row = (view) => {
  const { state, air, plan } = view;
  if (state !== "live" || !air || plan.silence_intended || air.quiet_ms < DEAD_AIR_MS) return null;
  const sentence = s(air.covered ? "next.covered" : "next.dead", { n: Math.floor(air.quiet_ms / 1000) });
  return { ...(ready(view) ?? wait("")), sentence, alert: s(air.covered ? "alert.covered" : "alert.dead") };
};

const unproven: Row = ({ state, floor }) => {
  const waiting = floor.seats.find(
    ({ standing, verdict }) => standing === "green_room" && verdict !== "absent",
  );
  if (!OPEN.includes(state) || !floor.led || !waiting) return null;
  return wait(s("next.unproven", { name: nameOf(waiting), why: verdictOf(waiting), mend: mendOf(waiting) }));
};

const ready: Row = ({ state, floor }) => {
  const seat = floor.seats.find(({ standing }) => standing === "ready");
  if (state !== "live" || !floor.led || !seat) return null;
  return bringUp(seat, s("next.ready", { name: nameOf(seat) }));
};

const over: Row = ({ plan }) => {
  const at = plan.items.findIndex(({ item }) => item === plan.on);
  const [now, next] = [plan.items[at], plan.items[at + 1]];
  if (!now || !next || now.over_ms < 1000) return null;
  return {
    sentence: s("next.over", { title: now.title, n: Math.max(1, Math.round(now.over_ms / 60_000)) }),
    alert: null,
    press: {
      label: s("plan.go", { title: next.title }),
      wish: post(`/rundown/${next.item}`),
      said: s("plan.said", { title: next.title }),
      undo: post(`/rundown/${now.item}`),
    },
  };
};

const hand: Row = ({ state, floor }) => {
  const first = floor.hands.find(({ position }) => position === 1);
  if (!first || !["doors", "live", "paused"].includes(state)) return null;
  const name = first.name ?? s("somebody");
  return {
    sentence: s("next.hand", { n: floor.hands.filter(({ seat }) => seat === null).length, name }),
    alert: null,
    press: {
      label: s("hand.call.name", { name }),
      wish: post(`/hands/${first.person}/call`, {}),
      said: s("hand.called", { name }),
      undo: null,
    },
  };
};

const announced: Row = ({ state, starts_at_ms }) => {
  if (state === "paused") return wait(s("next.paused"));
  if (state !== "announced" && state !== "doors") return null;
  if (starts_at_ms === null) return wait(s("next.open"));
  return wait(s("next.clock", { clock: clock(starts_at_ms) }));
};

const ROWS: Row[] = [ended, draft, deafOnAir, deadAir, unproven, ready, over, hand, empty, announced];

/** A verdict's words in the reader's language; the server's own where there are none. */
export const verdictOf = ({ verdict, sentence }: FloorSeat): string => s.of(`verdict.${verdict}`, sentence);
export const mendOf = ({ verdict, mend }: FloorSeat): string => s.of(`verdict.${verdict}.mend`, mend);
