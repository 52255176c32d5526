/** Tells words out of a file by their key, with what belongs into them. Not here: any word. */
import { language, locale, PSEUDO } from "./language.ts";

/** A sentence, or one for each of the plural's forms in this language. */
export type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Texts = Record<string, Text>;
export type Values = Record<string, string | number>;

type File = () => Promise<{ default: Texts }>;

const plural = new Intl.PluralRules(locale);
const number = new Intl.NumberFormat(locale);

/** `{name}` in the text is replaced; a number is written as the reader writes it; `n` chooses the form. */
export function fill(text: Text, values: Values): string {
  const form = typeof text === "string" ? text : (text[plural.select(Number(values.n))] ?? text.other ?? "");
  return form.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? number.format(value) : value;
  });
}

/** Right to left and a third longer, words still legible. */
export const pseudo = (text: string): string => `\u202e${text}\u202c ${"·".repeat(Math.ceil(text.length / 4))}`;

/** `english` is what stands where a language has no word of its own. */
export function teller<T extends Texts>(english: T, others: Record<string, File>) {
  let here: Texts = {};
  const load = async (): Promise<void> => {
    const file = others[language];
    if (file) here = (await file()).default;
  };
  const show = (text: string): string => (language === PSEUDO && text !== "" ? pseudo(text) : text);
  const tell = (key: keyof T & string, values: Values = {}): string =>
    show(fill(here[key] ?? english[key] ?? "", values));
  /** Words the server said, or our own in this language where there are any. */
  tell.of = (key: string, said: string): string => show(fill(here[key] ?? said, {}));
  return { load, tell };
}
