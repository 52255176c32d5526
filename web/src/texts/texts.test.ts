import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { chosen } from "./language.ts";
import enPublic from "./public/en.json";
import esPublic from "./public/es.json";
import esRefusals from "./refusals/es.json";
import enStudio from "./studio/en.json";
import esStudio from "./studio/es.json";
import type { Texts } from "./teller.ts";
import { fill } from "./teller.ts";

const spec = (name: string) => readFileSync(new URL(`../../../spec/${name}.toml`, import.meta.url), "utf8");
const rows = (toml: string) => [...toml.matchAll(/^\[(\w+)\]$/gm)].map(([, name]) => name ?? "");
const named = (text: Texts[string]) =>
  [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test.each([
  ["public", enPublic as Texts, esPublic as Texts],
  ["studio", enStudio as Texts, esStudio as Texts],
])("every word of the %s pages is there in every language, with the same things in it", (_, en, es) => {
  for (const [key, text] of Object.entries(en)) {
    expect(es[key], key).toBeDefined();
    expect([...new Set(named(es[key] ?? ""))], key).toEqual([...new Set(named(text))]);
  }
});

test("every refusal and every verdict has words in Spanish, and none that nobody needs", () => {
  const refusals = rows(spec("refusals"));
  const verdicts = rows(spec("verdicts"));

  expect(Object.keys(esRefusals).sort()).toEqual(refusals.flatMap((code) => [code, `${code}.next`]).sort());
  for (const verdict of verdicts) expect(esStudio).toHaveProperty([`verdict.${verdict}`]);
});

test("no word stands in a file that no page says", () => {
  const files = import.meta.glob("../**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
  const code = Object.values(files).join("\n");
  const said = (key: string) =>
    code.includes(`"${key}"`) ||
    code.includes(`\`${key.replace(/[^.]+$/, "")}\${`) ||
    code.includes(`\`${key.split(".")[0]}.\${`);

  expect([...Object.keys(enPublic), ...Object.keys(enStudio)].filter((key) => !said(key))).toEqual([]);
});

test("a language is chosen by the first wish that can be met", () => {
  expect(chosen([null, "fr-FR", "es-MX", "en"])).toBe("es");
  expect(chosen(["de"])).toBe("en");
  expect(chosen(["ar-XB", "es"])).toBe("ar-XB");
});

test("a text takes the form of its number and what belongs into it", () => {
  const text = { one: "{n} hand, {name}", other: "{n} hands, {name}" };

  expect([1, 2, 1200].map((n) => fill(text, { n, name: "Ana {n}" }))).toEqual([
    "1 hand, Ana {n}",
    "2 hands, Ana {n}",
    "1,200 hands, Ana {n}",
  ]);
});
