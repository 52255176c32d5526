/** What stands in the browser's tab and on the lock screen. */
import type { HallState } from "../flow.ts";
import { locale } from "../texts/language.ts";
import { t } from "../texts/public.ts";

const listed = new Intl.ListFormat(locale, { type: "conjunction" });

const MARKS: Partial<Record<HallState, () => string>> = {
  live: () => t("live.mark"),
  doors: () => t("doors.mark"),
  paused: () => t("paused.mark"),
  ended: () => t("ended.mark"),
};

export function tabTitle(hall_title: string, state: HallState | null): string {
  const mark = state === null ? undefined : MARKS[state]?.();
  return [mark, hall_title, "hustings"].filter(Boolean).join(" · ");
}

/** "Ana", "Ana and Ben", "Ana, Ben and Cleo": those who speak, by name; a seat nobody named stays a seat. */
export function speakers(voices: string[], names: ReadonlyMap<string, string>): string {
  const said = voices.map((seat) => names.get(seat) ?? seat);
  return listed.format(said);
}

/** An address for a seat or a hall out of a name: "Renée O'Neil" gives "renee-o-neil". */
export function slug(name: string, chars_max: number): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();
  const cut = plain
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, chars_max);
  return cut.replace(/-+$/, "");
}
