/** Times and spans as people say them, in the reader's own place. Milliseconds in, words out. */
import { locale } from "../texts/language.ts";
import { t } from "../texts/public.ts";

const clockFormat = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });

export const clock = (at_ms: number): string => clockFormat.format(at_ms);
export const day = (at_ms: number): string => dayFormat.format(at_ms);

/** "today, 20:00" or "Tuesday 24 November, 20:00". */
export function when(at_ms: number, now_ms: number): string {
  const said = { day: day(at_ms), clock: clock(at_ms) };
  return said.day === day(now_ms) ? t("today", said) : t("when", said);
}

/** "2 hours 5 minutes", "4 minutes", "less than a minute": the two largest units. */
export function span(ms: number): string {
  const n = Math.floor(ms / 60_000);
  const units = [
    { key: "days", n: Math.floor(n / 1440) },
    { key: "hours", n: Math.floor((n % 1440) / 60) },
    { key: "minutes", n: n % 60 },
  ] as const;
  const first = units.findIndex((unit) => unit.n > 0);
  if (first < 0) return t("minutes.less");
  const said = units.slice(first, first + 2).filter((unit) => unit.n > 0);
  return said.map(({ key, n }) => t(key, { n })).join(" ");
}

/** "2:05:09" or "5:09": what is left, rounded up, for a clock on a page. */
export const countdown = (ms: number): string => ticks(Math.max(0, Math.ceil(ms / 1000)));

/** "2:05:09" or "5:09": what has gone by, rounded down. */
export const elapsed = (ms: number): string => ticks(Math.max(0, Math.floor(ms / 1000)));

function ticks(s: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}
