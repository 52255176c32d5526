/** Refusals in other languages than the server's, by their code in spec/refusals.toml. */
import { teller } from "./teller.ts";

const { load, tell } = teller({} as Record<string, string>, { es: () => import("./refusals/es.json") });
export const loadRefusals = load;

/** What a refusal says; what the server said where there is no word for it here. */
export const refused = (key: string, said: string): string => tell.of(key, said);
