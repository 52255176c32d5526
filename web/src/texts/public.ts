/** The words of the pages that everybody sees. */
import en from "./public/en.json";
import { teller } from "./teller.ts";

export type Word = keyof typeof en;

const { load, tell } = teller(en, { es: () => import("./public/es.json") });
export const loadWords = load;
export const t = tell;
