import { expect, test } from "vitest";
import { pieces } from "./pieces.ts";

test("what fits is sent as it is, and nothing is not sent", () => {
  expect(pieces(" Good evening. ")).toEqual(["Good evening."]);
  expect(pieces("  ")).toEqual([]);
});

test("what is pasted is cut at blanks, and in a word only where there is none", () => {
  expect(pieces("one two three four", 8)).toEqual(["one two", "three", "four"]);
  expect(pieces("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
  expect(pieces("🌉🌉🌉", 2)).toEqual(["🌉🌉", "🌉"]);
});
