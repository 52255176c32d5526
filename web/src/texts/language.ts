/**
 * Which language the page speaks: asked for in the address, chosen before, or the browser's own. Not here: the words.
 *
 * `ar-XB` is no language: English read from right to left, to see whether a layout holds.
 */
import { asked, remember, remembered, speak, wished } from "../shell/reader.ts";

export const LANGUAGES = { en: "English", es: "Español" } as const;
export type Language = keyof typeof LANGUAGES;
export const PSEUDO = "ar-XB";

const isOurs = (language: string): language is Language => language in LANGUAGES;

/** The first of the wishes that we speak, by its first subtag; English where there is none. */
export function chosen(wishes: readonly (string | null)[]): Language | typeof PSEUDO {
  for (const wish of wishes) {
    if (wish === PSEUDO) return PSEUDO;
    const language = wish?.split("-")[0]?.toLowerCase() ?? "";
    if (isOurs(language)) return language;
  }
  return "en";
}

export const language = chosen([asked("lang"), remembered("language"), ...wished()]);
/** What numbers and times are written by. */
export const locale = language === "es" ? "es" : "en-GB";

speak(language, language === PSEUDO ? "rtl" : "ltr");

/** From the next page on. */
export const choose = (next: Language): void => remember("language", next);
