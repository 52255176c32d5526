/** Who reads: the languages their browser speaks, what they chose here before, and a name of chance for what they send. */

export const wished = (): readonly string[] =>
  typeof navigator === "undefined" ? [] : (navigator.languages ?? []);

/** What the address asks for by this name. */
export const asked = (name: string): string | null =>
  typeof location === "undefined" ? null : new URLSearchParams(location.search).get(name);

/** A browser may keep nothing for us: then there was no choice. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`hustings.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`hustings.${name}`, value);
  } catch {
    // Asked again on the next page.
  }
}

export function speak(language: string, direction: "ltr" | "rtl"): void {
  if (typeof document === "undefined") return;
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
}

/** A name that nobody else draws. */
export const draw = (): string =>
  [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
