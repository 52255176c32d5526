/**
 * How far behind the room a listener is, told honestly: the server's clock, not the phone's.
 *
 * `state.json` may come out of a cache and its time is then old, so the latest of the recent readings counts.
 */
import type { MediaTime, MonotonicMs } from "../flow.ts";

const READINGS_MAX = 8;
const TRIP_MS_MAX = 400;
const DWELL_S = 0.7;
/** Nobody hears what is older: the repair window, the air delay and all an edge keeps. A clock was moved. */
const DELAY_MS_MAX = 75_000;

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

/** Milliseconds between what is heard and what is said; null where the clocks do not agree. */
export function delayMs(server_now_ms: number | null, playhead: MediaTime | null): number | null {
  if (server_now_ms === null || playhead === null) return null;
  const delay_ms = Math.round(server_now_ms - playhead * 1000);
  return Math.abs(delay_ms) > DELAY_MS_MAX ? null : Math.max(0, delay_ms);
}

/** Whole seconds to show: the last ones, as long as they are not off by more than `DWELL_S`. */
export function steadySeconds(delay_ms: number, shown: number | null): number {
  const exact = delay_ms / 1000;
  return shown !== null && Math.abs(exact - shown) <= DWELL_S ? shown : Math.round(exact);
}
