import { expect, test } from "vitest";
import { nextStep } from "./next.ts";
import type { FloorSeat, HallView, Hand } from "./view.ts";

const NOW = 1_790_000_000_000;
const OURS = { opening: "built-in", pause: "built-in", closing: "built-in", tone: "built-in" };

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
  plan: { on: null, items: [], sounds: OURS, silence_intended: false, air_delay_ms: 0, dumps: [] },
  air: { playing: "stage", quiet_ms: 0, covered: false },
  in_charge: {},
};

const seat = (name: string, standing: FloorSeat["standing"], verdict = "proven"): FloorSeat => ({
  seat: name.toLowerCase(),
  person: `p_${name}`,
  name,
  standing,
  muted: false,
  suppressed: false,
  proven: verdict === "proven",
  verdict,
  sentence: `It is ${verdict}.`,
  mend: verdict === "proven" ? "" : "Mend it.",
  side: null,
  spoken_ms: 0,
});

const hand: Hand = { person: "p_9", name: "Gil", reason: null, raised_ms: NOW, position: 1, seat: null };

function told(changes: Partial<HallView>, seats: FloorSeat[] = [], hands: Hand[] = []) {
  const { sentence, alert, press } = nextStep({ ...calm, ...changes, floor: { ...calm.floor, seats, hands } });
  return { sentence, alert, path: press?.wish.path ?? null };
}

const line = (seat: string, heard: boolean) => ({
  ...{ seat, heard, speaking: false, level_db: -60, rtt_ms: 20, lost: 0 },
});

test("who is on air and cannot be heard comes before all else, and says how it is mended", () => {
  const seats = [seat("Ana", "on_air", "silent"), seat("Ben", "ready")];
  const said = "Ana is on air and not heard. Mend it.";

  expect(told({ lines: [line("ana", false)] }, seats, [hand])).toEqual({
    sentence: said,
    alert: said,
    path: null,
  });
});

test("whoever listens politely is no alarm, muted or not", () => {
  const seats = [seat("Ana", "on_air"), seat("Ben", "on_air", "silent"), seat("Cleo", "on_air", "muted")];
  const lines = [line("ana", true), line("ben", true), line("cleo", false)];

  expect(told({ lines }, seats).sentence).toBe("All is well. Nothing needs you just now.");
});

test("on a floor that is not led an empty seat is no alarm", () => {
  const floor = { ...calm.floor, led: false, seats: [seat("Ana", "on_air", "absent")] };

  expect(nextStep({ ...calm, floor }).alert).toBeNull();
});

test("dead air is told with its seconds, and what stands ready is offered, never the pause", () => {
  const air = { playing: "stage", quiet_ms: 7400, covered: false };
  const lines = [line("ana", true)];
  const seats = [seat("Ana", "on_air"), seat("Ben", "ready")];

  expect(told({ air, lines }, seats)).toEqual({
    sentence: "Nobody has spoken for 7 seconds.",
    alert: "Nobody is speaking.",
    path: "/seats/ben/up",
  });
  expect(told({ air, lines, plan: { ...calm.plan, silence_intended: true } }, seats).alert).toBeNull();
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

  expect(told({ plan: { ...calm.plan, on: "a", items } }, [seat("Ana", "on_air")])).toEqual({
    sentence: "Opening is 2 minutes over.",
    alert: null,
    path: "/rundown/b",
  });
});

test("there is always exactly one thing, in every state", () => {
  for (const state of ["draft", "announced", "doors", "live", "paused", "ended"] as const)
    for (const starts_at_ms of [null, NOW + 60_000])
      expect(told({ state, starts_at_ms }).sentence).not.toBe("");
});
