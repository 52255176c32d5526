import { expect, test } from "vitest";
import { healthLine } from "./health.ts";

const HALL = {
  state: "live" as const,
  starts_at_ms: null,
  since_ms: 0,
  window_ms: 600,
  floor: { led: false, seats: [] },
  lines: [],
  audience: { listeners: 412 },
  recorded: false,
  recording: null,
};

test("room is told of when it grows narrow, and the line when there is one", () => {
  const told = (headroom: { free: number; of: string; waiting: number } | null) =>
    healthLine({ ...HALL, headroom }, 0);

  expect(told(null)).toBe(told({ free: 0.8, of: "sweep", waiting: 0 }));
  expect(told({ free: 0.12, of: "sweep", waiting: 0 })).toContain("room for 12 % more");
  expect(told({ free: 0, of: "uplink", waiting: 1 })).toContain("1 waits in line");
  expect(told({ free: 0, of: "uplink", waiting: 30 })).toContain("30 wait in line");
});
