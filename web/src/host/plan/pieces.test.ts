import { expect, test } from "vitest";
import { freshName, moved } from "./pieces.ts";

test("a new piece has a name that no other has", () => {
  expect(freshName([])).toBe("piece-1");
  expect(freshName([{ item: "opening" }, { item: "piece-3" }])).toBe("piece-4");
});

test("a piece moves one place up and the rest stays", () => {
  expect(moved(["a", "b", "c"], 2)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b"], 0)).toEqual(["a", "b"]);
});
