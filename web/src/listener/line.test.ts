import { expect, test } from "vitest";
import { cameAt, isCalled, waitMs } from "./line.ts";

const PLACE = "20717.1790000005000.ab12";

test("a place says since when it is held", () => {
  expect(cameAt(PLACE)).toBe(1_790_000_005_000);
  expect(["", "x", "1.x.y", "1.-5.y", "1.1e400.y"].map(cameAt)).toEqual([null, null, null, null, null]);
});

test("whoever came before what is admitted is called, and everyone where nobody waits", () => {
  const came = cameAt(PLACE);
  const line = { waiting: 7, admitting_before_ms: 1_790_000_004_000, pace: 0.5 };

  expect(isCalled(came, line)).toBe(false);
  expect(isCalled(came, { ...line, admitting_before_ms: 1_790_000_005_001 })).toBe(true);
  expect(isCalled(came, { ...line, waiting: 0 })).toBe(true);
  expect(isCalled(null, line)).toBe(true);
});

test("how long it takes is told by how the line moves, and not where it does not", () => {
  const came = cameAt(PLACE);
  const line = { waiting: 7, admitting_before_ms: 1_790_000_004_000, pace: 0.5 };

  expect(waitMs(came, line)).toBe(2000);
  expect(waitMs(came, { ...line, admitting_before_ms: 1_790_000_009_000 })).toBe(0);
  expect([
    waitMs(came, { ...line, pace: null }),
    waitMs(came, { ...line, pace: 0 }),
    waitMs(null, line),
  ]).toEqual([null, null, null]);
});
