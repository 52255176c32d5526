/** The words of the studio. */
import en from "./studio/en.json";
import { teller } from "./teller.ts";

export type StudioWord = keyof typeof en;

const { load, tell } = teller(en, { es: () => import("./studio/es.json") });
export const loadStudioWords = load;
export const s = tell;
