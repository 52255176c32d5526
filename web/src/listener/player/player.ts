/**
 * The listener's player: parts come in, a playhead moves over them. Sans-IO; the shell owns the audio
 * element, the buffer and the connection, and does what `poll()` says.
 *
 * Promises: no part twice, none left out while the stream has it; `buffer_ms` in hand; after an outage
 * back to the room, gently when it was short, at once when it was long.
 * Not here: pictures, words and the time of day.
 */
import type { MediaTime, MonotonicMs, PartNo } from "../../flow.ts";
import { startOf } from "../../flow.ts";
import type { Piece } from "../boxes.ts";
import type { LinkOutput } from "./link.ts";
import { Link } from "./link.ts";
import type { Run, ShelfOutput } from "./shelf.ts";
import { Shelf } from "./shelf.ts";

const DRIFT_S = 1.2;
const JUMP_S = 8;
/** How near the end of the sound a playhead stands when it has run out: browsers stop a little before it. */
const EDGE_S = 0.06;
const STARVED_EDGE_S = 0.3;
const FASTER = 1.05;
const SLOWER = 0.96;
/** Parts this close together came as one bundle; what was in hand is measured before it. */
const BUNDLE_MS = 60;
/** A stream whose numbers lie this far back has begun anew, and is not a repetition. */
const ANEW_PARTS = 1000;

export type PlayerInput =
  | { kind: "listen" }
  | { kind: "rest" }
  | { kind: "end" }
  /** `elsewhere`: there are other edges to go to. */
  | { kind: "tune"; buffer_ms: number; elsewhere?: boolean }
  | { kind: "piece"; piece: Piece }
  | { kind: "closed"; status: number; again_ms?: number | null }
  | { kind: "settled" }
  | { kind: "refused" }
  | { kind: "playhead"; at: MediaTime; starved: boolean }
  | { kind: "tick" };

export type PlayerOutput =
  | LinkOutput
  | ShelfOutput
  | { kind: "play" }
  | { kind: "pause" }
  | { kind: "seek"; to: MediaTime }
  | { kind: "rate"; rate: number };

export type Phase = "resting" | "starting" | "playing" | "stalled";

export class Player {
  #link = new Link();
  #shelf = new Shelf();
  #buffer_s = 1.08;
  #wanted = false;
  #ending = false;
  #header_put = false;
  #last: PartNo | null = null;
  #last_came: MonotonicMs = Number.NEGATIVE_INFINITY;
  #at: MediaTime | null = null;
  #rate = 1;
  #edge_s = EDGE_S;
  #out: PlayerOutput[] = [];

  /** The newest part that came. */
  get last(): PartNo | null {
    return this.#last;
  }

  get phase(): Phase {
    if (!this.#wanted) return "resting";
    if (this.#at === null) return "starting";
    return this.#in_hand_s() <= this.#edge_s || !this.#run_at(this.#at) ? "stalled" : "playing";
  }

  handle(input: PlayerInput, now: MonotonicMs): void {
    switch (input.kind) {
      case "listen":
        this.#listen(now);
        break;
      case "rest":
        this.#rest();
        break;
      case "end":
        this.#ending = true;
        break;
      case "tune":
        this.#buffer_s = input.buffer_ms / 1000;
        this.#link.tune(input.buffer_ms, input.elsewhere ?? false);
        break;
      case "piece":
        this.#piece(input.piece, now);
        break;
      case "closed":
        this.#closed(input.status, now, input.again_ms ?? null);
        break;
      case "settled":
        this.#shelf.settled();
        break;
      case "refused":
        this.#shelf.refused(this.#at ?? 0);
        break;
      case "playhead":
        if (this.#at !== null) this.#at = input.at;
        this.#edge_s = input.starved ? STARVED_EDGE_S : EDGE_S;
    }
    this.#link.tick(now);
    this.#place();
    this.#shelf.work(this.#at);
  }

  poll(): PlayerOutput | null {
    return this.#out.shift() ?? this.#link.poll() ?? this.#shelf.poll();
  }

  deadline(): MonotonicMs | null {
    return this.#link.deadline();
  }

  #listen(now: MonotonicMs): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#ending = false;
    this.#forget();
    this.#out.push({ kind: "play" });
    this.#link.want(now);
  }

  #rest(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#out.push({ kind: "pause" });
    this.#link.drop(true);
  }

  /** Whoever comes back hears the room as it is now, not as they left it. */
  #forget(): void {
    if (this.#last !== null) this.#shelf.clear();
    this.#last = null;
    this.#at = null;
    this.#pace(1);
  }

  #closed(status: number, now: MonotonicMs, again_ms: number | null): void {
    if (this.#ending) this.#link.drop(false);
    else this.#link.closed(status, now, again_ms);
  }

  #piece(piece: Piece, now: MonotonicMs): void {
    if (!this.#wanted) return;
    if (piece.kind === "header") {
      if (!this.#header_put) this.#shelf.put(null, piece.bytes);
      this.#header_put = true;
      return;
    }
    const { no, bytes } = piece.part;
    if (this.#last !== null && this.#last - no > ANEW_PARTS) this.#forget();
    if (this.#last !== null && no <= this.#last) return;
    if (now - this.#last_came > BUNDLE_MS) this.#keep_pace();
    this.#last = no;
    this.#last_came = now;
    this.#link.heard(no, now);
    this.#shelf.put(no, bytes);
  }

  /** Sound received and not yet heard. */
  #in_hand_s(): number {
    return this.#last === null || this.#at === null ? 0 : startOf(this.#last + 1) - this.#at;
  }

  #keep_pace(): void {
    if (this.#at === null) return;
    const hand_s = this.#in_hand_s();
    if (hand_s > this.#buffer_s + DRIFT_S) this.#pace(FASTER);
    else if (hand_s < this.#buffer_s * 0.4) this.#pace(SLOWER);
    else if (this.#rate > 1 && hand_s <= this.#buffer_s) this.#pace(1);
    else if (this.#rate < 1 && hand_s >= this.#buffer_s * 0.75) this.#pace(1);
  }

  #pace(rate: number): void {
    if (rate !== this.#rate) this.#out.push({ kind: "rate", rate });
    this.#rate = rate;
  }

  #run_at(at: MediaTime): Run | undefined {
    return this.#shelf.runs.find((run) => at >= startOf(run.from) - EDGE_S && at < startOf(run.to));
  }

  /** Put the playhead where it belongs when it is nowhere, at the rim of a gap, or far behind. */
  #place(): void {
    const newest = this.#shelf.runs.at(-1);
    if (!this.#wanted || !newest) return;
    const length_s = startOf(newest.to) - startOf(newest.from);
    const to = Math.max(startOf(newest.from), startOf(newest.to) - this.#buffer_s);
    if (this.#at === null) {
      if (length_s >= this.#buffer_s || this.#ending) this.#seek(to);
    } else if (startOf(newest.to) - this.#at > Math.max(JUMP_S, this.#buffer_s + JUMP_S / 2)) {
      this.#seek(to);
    } else if (this.#is_at_a_gap(newest) && (length_s >= Math.max(0.3, this.#buffer_s - 0.5) || this.#ending)) {
      this.#seek(to);
    }
  }

  #is_at_a_gap(newest: Run): boolean {
    const at = this.#at ?? 0;
    const run = this.#run_at(at);
    return run !== newest && at < startOf(newest.from) && (!run || at >= startOf(run.to) - this.#edge_s);
  }

  #seek(to: MediaTime): void {
    this.#at = to;
    this.#pace(1);
    this.#out.push({ kind: "seek", to });
  }
}
