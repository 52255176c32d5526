/** A place in line: since when, whether it is called, how long it may take. Not here: who asks, and where. */

/** `GET /h/{hall}/line.json`. */
export interface LineNow {
  waiting: number;
  admitting_before_ms: number;
  /** Milliseconds of arrivals let in per millisecond; null while that cannot be told. */
  pace: number | null;
}

/** Since when a place is held, as it says itself; null where it says nothing. */
export function cameAt(place: string): number | null {
  const ms = Number(place.split(".")[1]);
  return Number.isSafeInteger(ms) && ms > 0 ? ms : null;
}

/** Whether whoever came then is let in. One who does not know since when asks, to be told. */
export function isCalled(came_ms: number | null, line: LineNow): boolean {
  return came_ms === null || line.waiting === 0 || came_ms < line.admitting_before_ms;
}

/** As the line moves now; null where that cannot be told. */
export function waitMs(came_ms: number | null, { admitting_before_ms, pace }: LineNow): number | null {
  if (came_ms === null || pace === null || pace <= 0) return null;
  return Math.max(0, came_ms - admitting_before_ms) / pace;
}
