import { expect, test } from "vitest";
import { HALL_STATES } from "../flow.ts";
import { behind, buttonOf, faceOf } from "./faces.ts";
import { countdown, span, when } from "./time.ts";
import { slug, speakers, tabTitle } from "./titles.ts";

const NOW = 1_790_000_000_000;
const moment = { since_ms: NOW - 60_000, starts_at_ms: NOW + 125_000, now_ms: NOW };

test("every state has a face with a mark, and only a live hall needs no sentence", () => {
  for (const state of HALL_STATES) {
    const face = faceOf({ ...moment, state });

    expect(face.mark).not.toBe("");
    expect(face.sentence === "").toBe(state === "live");
    expect(face.tone === "live").toBe(state === "live");
  }
});

test("the clock runs down to the start and then gives way to the truth", () => {
  expect(faceOf({ ...moment, state: "doors" }).clock).toBe("2:05");
  expect(faceOf({ ...moment, state: "announced", starts_at_ms: NOW - 1 })).toMatchObject({
    clock: null,
    sentence: expect.stringContaining("later than planned"),
  });
  expect(faceOf({ ...moment, state: "announced", starts_at_ms: null }).clock).toBeNull();
});

test("spans are said in the two largest units", () => {
  const MINUTE = 60_000;
  const said = [20_000, MINUTE, 59 * MINUTE, 60 * MINUTE, 125 * MINUTE, 1440 * MINUTE, 3060 * MINUTE].map(span);

  expect(said).toEqual([
    "less than a minute",
    "1 minute",
    "59 minutes",
    "1 hour",
    "2 hours 5 minutes",
    "1 day",
    "2 days 3 hours",
  ]);
});

test("a countdown never shows a moment that is over", () => {
  expect([3_661_000, 59_001, 1, 0, -5].map(countdown)).toEqual(["1:01:01", "1:00", "0:01", "0:00", "0:00"]);
});

test("today is called today", () => {
  expect(when(NOW, NOW)).toMatch(/^today, \d\d:\d\d$/);
  expect(when(NOW + 3 * 86_400_000, NOW)).not.toContain("today");
});

test("the delay is told in whole seconds", () => {
  expect([0, 1, 2].map(behind)).toEqual([
    "Less than a second behind the room",
    "1 second behind the room",
    "2 seconds behind the room",
  ]);
});

test("the button says what pressing it does", () => {
  expect(buttonOf("live", false)).toBe("Listen");
  expect(buttonOf("live", true)).toBe("Pause");
  expect(buttonOf("announced", false)).toBe("Start by itself when doors open");
});

test("the tab says the state before the name", () => {
  expect(tabTitle("Ward meeting", "live")).toBe("Live · Ward meeting · hustings");
  expect(tabTitle("Ward meeting", "announced")).toBe("Ward meeting · hustings");
});

test("those who speak are called by their names", () => {
  const names = new Map([
    ["ana", "Ana"],
    ["ben", "Ben"],
  ]);

  expect(speakers([], names)).toBe("");
  expect(speakers(["ana"], names)).toBe("Ana");
  expect(speakers(["ben", "ana"], names)).toBe("Ben and Ana");
  expect(speakers(["ana", "ben", "x3"], names)).toBe("Ana, Ben and x3");
});

test("a name becomes an address that the contract allows", () => {
  const seats = ["Ana", "Renée O'Neil", "  --Dr. X-- ", "Bartholomew Longname", "Łukasz", "李"].map((name) =>
    slug(name, 12),
  );

  expect(seats).toEqual(["ana", "renee-o-neil", "dr-x", "bartholomew", "ukasz", ""]);
  for (const seat of seats.filter(Boolean)) expect(seat).toMatch(/^[a-z0-9](-?[a-z0-9])*$/);
});
