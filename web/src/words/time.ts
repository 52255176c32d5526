/** Times and spans as people say them, in the reader's own place. Milliseconds in, words out. */

const LOCALE = "en-GB";

const clockFormat = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long" });

export const clock = (at_ms: number): string => clockFormat.format(at_ms);
export const day = (at_ms: number): string => dayFormat.format(at_ms);

/** "today, 20:00" or "Tuesday 24 November, 20:00". */
export function when(at_ms: number, now_ms: number): string {
  return day(at_ms) === day(now_ms) ? `today, ${clock(at_ms)}` : `${day(at_ms)}, ${clock(at_ms)}`;
}

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString(LOCALE)} ${n === 1 ? one : many}`;

/** "2 hours 5 minutes", "4 minutes", "less than a minute". */
export function span(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  if (days > 0) return [count(days, "day"), hours && count(hours, "hour")].filter(Boolean).join(" ");
  if (hours > 0)
    return [count(hours, "hour"), minutes % 60 && count(minutes % 60, "minute")].filter(Boolean).join(" ");
  return minutes > 0 ? count(minutes, "minute") : "less than a minute";
}

/** "2:05:09" or "5:09": what is left, rounded up, for a clock on a page. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}
