/**
 * The lines of one seat, one to each stage, as the one line that a speaker knows: heard if a stage hears. Pure; a
 * line that does well is stayed with. Not here: how lines come about.
 */
import type { Truth } from "./truth.ts";
import type { Way } from "./way.ts";
import type { Link, Trouble } from "./whip.ts";

/** How one line stands. */
export interface Standing {
  link: Link;
  trouble: Trouble | null;
  truth: Truth | null;
  /** Milliseconds since its stage last said anything. */
  silence_ms: number;
  /** How it gets there; null while that is not known. */
  way: Way | null;
}

/** Two messages missing in a row: the other stage is the better witness, and plays the others. */
export const QUIET_MS = 750;

const RANK: Record<Link, number> = {
  idle: 0,
  refused: 1,
  asking: 2,
  lost: 3,
  offering: 4,
  connecting: 5,
  connected: 6,
};

function rank({ link, truth, silence_ms }: Standing): number {
  if (link !== "connected" || !truth || silence_ms > QUIET_MS) return RANK[link];
  return truth.heard ? 9 : 8;
}

/** Which line speaks for the seat: the one there was, unless another stands better. */
export function spokesman(lines: Standing[], before: number): number {
  return lines.reduce((best, line, i) => (rank(line) > rank(lines[best] ?? line) ? i : best), before);
}

/** Which line's return is played: the one there was while its stage is there, else another whose stage is. */
export function player(lines: Standing[], before: number): number {
  const plays = (line: Standing | undefined) => line !== undefined && rank(line) >= 8;
  if (plays(lines[before])) return before;
  const other = lines.findIndex(plays);
  return other === -1 ? before : other;
}
