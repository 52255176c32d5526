import { expect, test } from "vitest";
import { delayMs, ServerClock, steadySeconds } from "./delay.ts";

test("the server's time is its own word plus half the way back", () => {
  const clock = new ServerClock();

  clock.read(1_790_000_000_000, 500, 600);

  expect(clock.now(600)).toBe(1_790_000_000_050);
  expect(clock.now(1600)).toBe(1_790_000_001_050);
});

test("an answer out of a cache does not set the clock back", () => {
  const clock = new ServerClock();

  clock.read(1_790_000_010_000, 1000, 1020);
  clock.read(1_790_000_010_000, 1900, 1902);

  expect(clock.now(1900)).toBe(1_790_000_010_890);
});

test("a wrong old reading is forgotten", () => {
  const clock = new ServerClock();
  clock.read(1_790_000_999_000, 0, 0);

  for (let i = 0; i < 8; i++) clock.read(1_790_000_000_000 + i * 2000, i * 2000, i * 2000);

  expect(clock.now(14_000)).toBe(1_790_000_014_000);
});

test("a slow answer is not taken for a slow clock", () => {
  const clock = new ServerClock();

  clock.read(1_790_000_000_000, 0, 6000);

  expect(clock.now(6000)).toBe(1_790_000_000_200);
});

test("the delay is the server's time less what is heard, never less than nothing", () => {
  expect(delayMs(1_790_000_002_050, 1_790_000_000)).toBe(2050);
  expect(delayMs(1_790_000_000_000, 1_790_000_001)).toBe(0);
  expect(delayMs(null, 1_790_000_001)).toBeNull();
  expect(delayMs(1, null)).toBeNull();
});

test("a clock that was set wrong by an hour makes no delay", () => {
  expect(delayMs(1_790_003_600_000, 1_790_000_000)).toBeNull();
  expect(delayMs(1_789_996_400_000, 1_790_000_000)).toBeNull();
  expect(delayMs(1_790_000_036_000, 1_790_000_000)).toBe(36_000);
});

test("seconds on show do not flicker between two numbers", () => {
  const shown: number[] = [];

  for (const delay_ms of [1900, 2450, 2550, 2400, 2690, 2710, 2400, 2290])
    shown.push(steadySeconds(delay_ms, shown.at(-1) ?? null));

  expect(shown).toEqual([2, 2, 2, 2, 2, 3, 3, 2]);
});
