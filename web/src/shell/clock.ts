/**
 * The one place that reads a clock or sets a timer. Monotonic time for patience and arithmetic, wall time
 * for what people read, frames for pictures: pictures may stop in a hidden tab, sound may not.
 */
import type { MonotonicMs } from "../flow.ts";

export const monotonic = (): MonotonicMs => performance.now();
export const wall_ms = (): number => Date.now();

/** Run `task` after a while; the answer takes it back. */
export function after(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, Math.max(0, ms));
  return () => clearTimeout(timer);
}

export const pause = (ms: number): Promise<void> => new Promise((done) => void after(ms, done));

/** Run `task` for every picture until told to stop. */
export function everyFrame(task: (now: MonotonicMs) => void): () => void {
  let frame = requestAnimationFrame(function again(now) {
    task(now);
    frame = requestAnimationFrame(again);
  });
  return () => cancelAnimationFrame(frame);
}

/** Run `task` now and again and again: each round begins `visible_ms` after the one before has ended, slower when hidden. */
export function rounds(
  task: () => Promise<void>,
  visible_ms: number | (() => number),
  hidden_ms: number,
): () => void {
  let stopped = false;
  let cancel = () => {};
  const round = async () => {
    cancel();
    await task();
    const seen_ms = typeof visible_ms === "number" ? visible_ms : visible_ms();
    if (!stopped) cancel = after(document.hidden ? hidden_ms : seen_ms, round);
  };
  const wake = () => {
    if (!document.hidden && !stopped) void round();
  };
  document.addEventListener("visibilitychange", wake);
  void round();
  return () => {
    stopped = true;
    cancel();
    document.removeEventListener("visibilitychange", wake);
  };
}

/** What a `datetime-local` field holds, as milliseconds since the epoch; null when it holds nothing. */
export function fromLocalField(value: string): number | null {
  const ms = new Date(value).getTime();
  return Number.isNaN(ms) ? null : ms;
}

export const isoOf = (ms: number): string => new Date(ms).toISOString();
