/** The one move a hall makes next, as a table; and the dump. Not here: ending it, which is asked twice. */
import type { HallState } from "../flow.ts";
import { s } from "../texts/studio.ts";
import type { Desk, Wish } from "./desk.ts";
import { post } from "./desk.ts";
import type { HallView } from "./view.ts";

export interface Move {
  label: string;
  wish: Wish;
  said: string;
  undo: Wish | null;
}

const MOVES: Partial<Record<HallState, () => Move>> = {
  draft: () => plain(s("move.announce"), "/announce", s("said.announce")),
  announced: () => plain(s("move.open"), "/open", s("said.open")),
  live: () => ({ ...plain(s("move.pause"), "/pause", s("said.pause")), undo: post("/resume") }),
  paused: () => ({ ...plain(s("move.resume"), "/resume", s("said.resume")), undo: post("/pause") }),
};

const plain = (label: string, path: string, said: string): Move => ({
  label,
  wish: post(path),
  said,
  undo: null,
});

export const moveOf = (state: HallState): Move | null => MOVES[state]?.() ?? null;

/** Take out what was said and is not heard yet. */
export const dump = (desk: Desk, { plan }: HallView): unknown =>
  plan.air_delay_ms > 0 && desk.do(post("/dump"), s("dump.said", { n: Math.round(plan.air_delay_ms / 1000) }));
