/**
 * The connection that parts come over: when to open it, from which part, when to give it up.
 *
 * The first reconnection is immediate, the next ones back off from 0.1 s to 2 s until a part has come.
 * Not here: what is done with parts, and any socket.
 */
import type { MonotonicMs, PartNo } from "../../flow.ts";

const BACKOFF_MS_MIN = 100;
const BACKOFF_MS_MAX = 2000;
const SILENCE_MS_MIN = 2000;
/** After an outage this long a listener would be taken forward anyway: ask for the newest parts. */
const OUTAGE_MS_MAX = 10_000;

/** Silence this long, as a share of what is in hand, is reason to look elsewhere: before it is used up. */
const LOOK_ELSEWHERE = 0.75;

/** `elsewhere`: the last connection broke; another edge may be better off. */
export type LinkOutput = { kind: "open"; from: PartNo | null; elsewhere: boolean } | { kind: "close" };

export class Link {
  #wanted = false;
  #open = false;
  #failures = 0;
  #retry_at: MonotonicMs | null = null;
  #heard_at: MonotonicMs = 0;
  #last: PartNo | null = null;
  #last_at: MonotonicMs = 0;
  #patience_ms = SILENCE_MS_MIN;
  #impatience_ms = SILENCE_MS_MIN;
  #out: LinkOutput[] = [];

  /**
   * A large buffer means that parts come in bundles: wait for longer than one bundle takes. Where there are other edges,
   * the first silence is not waited out; when the other is silent too, it is not the edge.
   */
  tune(buffer_ms: number, elsewhere: boolean): void {
    this.#patience_ms = Math.max(SILENCE_MS_MIN, (buffer_ms - 600) / 2 + 1500);
    this.#impatience_ms = elsewhere ? buffer_ms * LOOK_ELSEWHERE : this.#patience_ms;
  }

  want(now: MonotonicMs): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#failures = 0;
    this.#connect(now);
  }

  /** `forget`: begin at the newest part next time. */
  drop(forget: boolean): void {
    if (this.#open) this.#out.push({ kind: "close" });
    this.#open = false;
    this.#wanted = false;
    this.#retry_at = null;
    if (forget) this.#last = null;
  }

  heard(no: PartNo, now: MonotonicMs): void {
    this.#last = no;
    this.#last_at = now;
    this.#heard_at = now;
    this.#failures = 0;
  }

  /** The connection is over by itself; 0 stands for a broken one. `again_ms`: when the edge wants to be asked again. */
  closed(status: number, now: MonotonicMs, again_ms: number | null = null): void {
    if (!this.#open) return;
    this.#open = false;
    if (again_ms !== null) {
      // There is no room yet: that is no break.
      if (this.#wanted) this.#retry_at = now + again_ms;
      return;
    }
    if (status === 410) this.#last = null;
    this.#fail(now);
  }

  tick(now: MonotonicMs): void {
    if (this.#retry_at !== null && now >= this.#retry_at) this.#connect(now);
    else if (this.#open && now - this.#heard_at >= this.#silence_ms) {
      this.#out.push({ kind: "close" });
      this.#open = false;
      this.#fail(now);
    }
  }

  poll(): LinkOutput | null {
    return this.#out.shift() ?? null;
  }

  deadline(): MonotonicMs | null {
    return this.#retry_at ?? (this.#open ? this.#heard_at + this.#silence_ms : null);
  }

  get #silence_ms(): number {
    const playing = this.#last !== null && this.#failures === 0;
    return playing ? this.#impatience_ms : this.#patience_ms;
  }

  #fail(now: MonotonicMs): void {
    if (!this.#wanted) return;
    const wait_ms =
      this.#failures === 0 ? 0 : Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** (this.#failures - 1));
    this.#failures += 1;
    if (wait_ms === 0) this.#connect(now);
    else this.#retry_at = now + wait_ms;
  }

  #connect(now: MonotonicMs): void {
    this.#retry_at = null;
    this.#open = true;
    this.#heard_at = now;
    const stale = now - this.#last_at > OUTAGE_MS_MAX;
    const from = this.#last === null || stale ? null : this.#last + 1;
    this.#out.push({ kind: "open", from, elsewhere: this.#failures > 0 });
  }
}
