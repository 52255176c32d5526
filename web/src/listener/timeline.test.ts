import { expect, test } from "vitest";
import type { Facts } from "../flow.ts";
import { startOf } from "../flow.ts";
import { opening, Timeline } from "./timeline.ts";

const NO = 7_458_333_333;
const facts = (voices: string[], levels_db: number[] = [], caption: Facts["caption"] = null): Facts => ({
  state: "live",
  since: 5,
  voices,
  levels_db,
  caption,
});
const part = (no: number, said: Facts | null) => ({ no, bytes: new Uint8Array(), facts: said });

test("the level is that of the twenty milliseconds being heard", () => {
  const timeline = new Timeline();
  timeline.add(part(NO, facts(["ana"], [10, 20, 30])));

  const levels = [0, 0.019, 0.021, 0.05, 0.1].map((s) => timeline.at(startOf(NO) + s)?.level_db);

  expect(levels).toEqual([10, 10, 20, 30, 127]);
});

test("who takes a breath still speaks, who has stopped does not", () => {
  const timeline = new Timeline();
  for (let i = 0; i < 12; i++) timeline.add(part(NO + i, facts(i === 0 ? ["ana"] : [])));

  expect(timeline.at(startOf(NO + 6))?.voices).toEqual(["ana"]);
  expect(timeline.at(startOf(NO + 7))?.voices).toEqual([]);
});

test("nothing is known of a part that said nothing", () => {
  const timeline = new Timeline();
  timeline.add(part(NO, null));

  expect(timeline.at(startOf(NO))).toBeNull();
});

test("an evening of parts does not pile up", () => {
  const timeline = new Timeline();
  for (let i = 0; i < 5000; i++) timeline.add(part(NO + i, facts(["ana"])));

  expect(timeline.at(startOf(NO + 4000))).toBeNull();
  expect(timeline.at(startOf(NO + 4900))).not.toBeNull();
});

test("the ring is shut at silence and open at full speech", () => {
  expect([127, 48, 29, 10, 0].map(opening)).toEqual([0, 0, 0.5, 1, 1]);
});

test("captions are read as they are heard, in their order, once, and for a while", () => {
  const timeline = new Timeline();
  timeline.add(part(NO, facts([], [], { no: 7, text: "Good evening." })));
  timeline.add(part(NO + 1, facts([], [], { no: 8, text: "Welcome." })));
  timeline.add(part(NO + 2, facts([], [], { no: 8, text: "Welcome." })));
  for (let later = 3; later <= 40; later++) timeline.add(part(NO + later, facts([])));

  const read = (parts: number) => timeline.at(startOf(NO + parts))?.captions.map(({ text }) => text);

  expect([0, 2, 35, 40].map(read)).toEqual([
    ["Good evening."],
    ["Good evening.", "Welcome."],
    ["Welcome."],
    [],
  ]);
});
