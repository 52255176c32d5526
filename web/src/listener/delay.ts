/**
 * How far behind the room a listener is, told honestly: the server's clock, not the phone's.
 *
 * `state.json` may come out of a cache and its time is then old, so the latest of the recent readings counts.
 */
import type { MediaTime, MonotonicMs } from "../flow.ts";

const READINGS_MAX = 8;
const TRIP_MS_MAX = 400;
const DWELL_S = 0.7;

export class ServerClock {
  #ahead_ms: number[] = [];

  /** One reading: the server said `now_ms` in an answer that was asked for at `sent` and here at `got`. */
  read(now_ms: number, sent: MonotonicMs, got: MonotonicMs): void {
    const half_trip_ms = Math.min(got - sent, TRIP_MS_MAX) / 2;
    this.#ahead_ms = [...this.#ahead_ms, now_ms + half_trip_ms - got].slice(-READINGS_MAX);
  }

  /** The server's time, or null before the first reading. */
  now(now: MonotonicMs): number | null {
    return this.#ahead_ms.length === 0 ? null : now + Math.max(...this.#ahead_ms);
  }
}

/** Milliseconds between what is heard and what is said. */
export function delayMs(server_now_ms: number | null, playhead: MediaTime | null): number | null {
  return server_now_ms === null || playhead === null
    ? null
    : Math.max(0, Math.round(server_now_ms - playhead * 1000));
}

/** Whole seconds to show: the last ones, as long as they are not off by more than `DWELL_S`. */
export function steadySeconds(delay_ms: number, shown: number | null): number {
  const exact = delay_ms / 1000;
  return shown !== null && Math.abs(exact - shown) <= DWELL_S ? shown : Math.round(exact);
}
