/**
 * The parts in the player's buffer: put there one operation at a time, known as runs without a gap,
 * taken away again when they lie far behind or the browser's room is used up.
 */
import type { MediaTime, PartNo } from "../../flow.ts";
import { startOf } from "../../flow.ts";
import { concat } from "../boxes.ts";

const KEEP_BEHIND_S = 10;
const TRIM_WHEN_BEHIND_S = 30;
const BUNDLE_PARTS_MAX = 50;

export type ShelfOutput =
  | { kind: "append"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "trim"; before: MediaTime };

/** Parts `from` to before `to`. */
export interface Run {
  from: PartNo;
  to: PartNo;
}

interface Waiting {
  no: PartNo | null;
  bytes: Uint8Array;
}

export class Shelf {
  #waiting: Waiting[] = [];
  #busy: ShelfOutput | null = null;
  #going_in: Waiting[] = [];
  #runs: Run[] = [];
  #full_at: MediaTime | null = null;
  #clear_first = false;
  #out: ShelfOutput[] = [];

  get runs(): readonly Run[] {
    return this.#runs;
  }

  put(no: PartNo | null, bytes: Uint8Array): void {
    this.#waiting.push({ no, bytes });
  }

  /** Everything goes but the header that may still be on its way in. */
  clear(): void {
    this.#waiting = this.#waiting.filter((each) => each.no === null);
    this.#going_in = this.#going_in.filter((each) => each.no === null);
    this.#runs = [];
    this.#clear_first = true;
  }

  /** The operation under way is done. */
  settled(): void {
    for (const { no } of this.#going_in) if (no !== null) this.#extend(no);
    this.#going_in = [];
    this.#busy = null;
  }

  /** The operation under way found no room. */
  refused(at: MediaTime): void {
    this.#waiting.unshift(...this.#going_in);
    this.#going_in = [];
    this.#busy = null;
    this.#full_at = at;
  }

  /** Start what can be started; `at` is the playhead. */
  work(at: MediaTime | null): void {
    if (this.#busy) return;
    const trim = this.#what_to_trim(at);
    if (trim !== null) this.#start({ kind: "trim", before: trim });
    else if (this.#waiting.length > 0 && this.#has_room(at)) {
      this.#going_in = this.#waiting.splice(0, BUNDLE_PARTS_MAX);
      this.#start({ kind: "append", bytes: concat(this.#going_in.map((each) => each.bytes)) });
    }
  }

  poll(): ShelfOutput | null {
    return this.#out.shift() ?? null;
  }

  #start(output: ShelfOutput): void {
    this.#busy = output;
    this.#out.push(output);
  }

  /** After a refusal: room comes with the playhead's progress, and a starving player asks in any case. */
  #has_room(at: MediaTime | null): boolean {
    const newest = this.#runs.at(-1);
    const starving = at === null || !newest || startOf(newest.to) - at < 0.5;
    if (this.#full_at !== null && !starving && at < this.#full_at + 0.25) return false;
    this.#full_at = null;
    return true;
  }

  #what_to_trim(at: MediaTime | null): MediaTime | null {
    if (this.#clear_first) {
      this.#clear_first = false;
      return Number.POSITIVE_INFINITY;
    }
    const first = this.#runs[0];
    if (at === null || !first) return null;
    const keep_s = this.#full_at === null ? KEEP_BEHIND_S : 2;
    const due_s = this.#full_at === null ? TRIM_WHEN_BEHIND_S : 2.5;
    if (at - startOf(first.from) < due_s) return null;
    this.#cut(at - keep_s);
    this.#full_at = null;
    return at - keep_s;
  }

  #cut(before: MediaTime): void {
    const kept = this.#runs.filter((run) => startOf(run.to) > before);
    for (const run of kept) while (startOf(run.from) < before) run.from += 1;
    this.#runs = kept;
  }

  #extend(no: PartNo): void {
    const run = this.#runs.at(-1);
    if (run && run.to === no) run.to = no + 1;
    else this.#runs.push({ from: no, to: no + 1 });
  }
}
