import { expect, test } from "vitest";
import { nextStep } from "./next.ts";
import type { FloorSeat, HallView, Hand } from "./view.ts";

const NOW = 1_790_000_000_000;

const calm: HallView = {
  hall: "eve",
  title: "Eve",
  state: "live",
  starts_at_ms: NOW - 60_000,
  since_ms: NOW - 60_000,
  now_ms: NOW,
  window_ms: 600,
  seats: [],
  recorded: false,
  recording: null,
  consents: [],
  cancelled: false,
  cancel_asked: null,
  lines: [],
  audience: { listeners: 7 },
  people: [],
  floor: { led: true, seats: [], hands: [], time: { each: null, people: [], sides: [] } },
  plan: { on: null, items: [], silence_intended: false },
  air: { playing: "stage", quiet_ms: 0, covered: false },
  in_charge: {},
};

const seat = (name: string, standing: FloorSeat["standing"], verdict = "proven"): FloorSeat => ({
  seat: name.toLowerCase(),
  person: `p_${name}`,
  name,
  standing,
  muted: false,
  proven: verdict === "proven",
  verdict,
  sentence: `It is ${verdict}.`,
  mend: verdict === "proven" ? "" : "Mend it.",
  side: null,
  spoken_ms: 0,
});

const hand: Hand = { person: "p_9", name: "Gil", reason: null, raised_ms: NOW, position: 1, seat: null };

function told(changes: Partial<HallView>, seats: FloorSeat[] = [], hands: Hand[] = []) {
  const { sentence, urgent, press } = nextStep({ ...calm, ...changes, floor: { ...calm.floor, seats, hands } });
  return { sentence, urgent, path: press?.wish.path ?? null };
}

test("who is on air and not heard comes before all else, and says how it is mended", () => {
  const seats = [seat("Ana", "on_air", "silent"), seat("Ben", "ready")];

  expect(told({}, seats, [hand])).toEqual({
    sentence: "Ana is on air and not heard. Mend it.",
    urgent: true,
    path: null,
  });
});

test("dead air is told with its seconds and can be paused, unless it is meant", () => {
  const air = { playing: "stage", quiet_ms: 7400, covered: false };
  const seats = [seat("Ana", "on_air")];

  expect(told({ air }, seats)).toEqual({
    sentence: "Nobody has spoken for 7 seconds.",
    urgent: true,
    path: "/pause",
  });
  expect(told({ air, plan: { ...calm.plan, silence_intended: true } }, seats).urgent).toBe(false);
});

test("a ready seat is brought up, then a raised hand gets a seat", () => {
  expect(told({}, [seat("Ana", "on_air"), seat("Ben", "ready")], [hand]).path).toBe("/seats/ben/up");
  expect(told({}, [seat("Ana", "on_air")], [hand]).path).toBe("/hands/p_9/call");
});

test("before doors an unproven line is named with its reason", () => {
  expect(told({ state: "doors" }, [seat("Ana", "green_room", "one_way")]).sentence).toBe(
    "Ana cannot be brought up yet. It is one_way. Mend it.",
  );
});

test("what is over its time leads to what comes next", () => {
  const piece = { kind: "segment" as const, planned_ms: 60_000, starts_at_ms: NOW };
  const items = [
    { ...piece, item: "a", title: "Opening", over_ms: 125_000 },
    { ...piece, item: "b", title: "Questions", over_ms: 0 },
  ];

  expect(told({ plan: { on: "a", items, silence_intended: false } }, [seat("Ana", "on_air")])).toEqual({
    sentence: "Opening is 2 minutes over.",
    urgent: false,
    path: "/rundown/b",
  });
});

test("there is always exactly one thing, in every state", () => {
  for (const state of ["draft", "announced", "doors", "live", "paused", "ended"] as const)
    for (const starts_at_ms of [null, NOW + 60_000])
      expect(told({ state, starts_at_ms }).sentence).not.toBe("");
});
