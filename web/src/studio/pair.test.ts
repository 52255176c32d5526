import { expect, test } from "vitest";
import type { Standing } from "./pair.ts";
import { player, spokesman } from "./pair.ts";
import type { Truth } from "./truth.ts";

const TRUTH: Truth = {
  ...{ state: "live", on_air: true, consent: true, heard: true, speaking: true, level_db: -21 },
  ...{ lost: 0, repaired: 0, concealed: 0, rtt_ms: 1, window_ms: 600, hears: true },
};
const heard: Standing = { link: "connected", trouble: null, truth: TRUTH, silence_ms: 100, way: null };
const deaf: Standing = { ...heard, truth: { ...TRUTH, heard: false } };
const quiet: Standing = { ...heard, silence_ms: 800 };
const lost: Standing = { ...heard, link: "lost", truth: null };
const refused: Standing = { ...lost, link: "refused" };

test("a seat is heard if one of its stages hears it", () => {
  for (const worse of [deaf, quiet, lost, refused]) {
    expect(spokesman([worse, heard], 0)).toBe(1);
    expect(spokesman([heard, worse], 0)).toBe(0);
    expect(spokesman([heard, worse], 1)).toBe(0);
  }
});

test("of lines that stand alike the one that spoke before speaks on", () => {
  for (const before of [0, 1])
    for (const one of [heard, deaf, lost, refused]) expect(spokesman([one, one], before)).toBe(before);
});

test("a line that is being tried again stands better than one that was told no", () => {
  expect(spokesman([refused, lost], 0)).toBe(1);
});

test("the others are played from one stage until that is silent or gone", () => {
  expect(player([heard, heard], 1)).toBe(1);
  expect(player([deaf, heard], 0)).toBe(0);
  expect(player([quiet, heard], 0)).toBe(1);
  expect(player([heard, lost], 1)).toBe(0);
  expect(player([lost, quiet], 0)).toBe(0);
});
