/** The health of a hall in one line: "412 listening · 2 of 3 lines proven · on time". */
import type { HallState } from "../flow.ts";
import { s } from "../texts/studio.ts";
import type { RecordingState } from "./recording.ts";
import { recordingWord } from "./recording.ts";
import { span } from "./time.ts";

interface Health {
  state: HallState;
  starts_at_ms: number | null;
  since_ms: number;
  window_ms: number;
  floor: { led: boolean; seats: { seat: string; proven: boolean }[] };
  lines: { seat: string; heard: boolean }[];
  audience: { listeners: number };
  headroom?: { free: number; of: string; waiting: number } | null;
  recorded: boolean;
  recording: RecordingState | null;
}

const LATE_MS = 60_000;
/** Less room than this is told before anybody has to wait. */
const NARROW = 0.25;

export function healthLine(hall: Health, now_ms: number): string {
  const listening = s("health.listening", { n: hall.audience.listeners });
  return [listening, roomWord(hall), linesWord(hall), recordingWord(hall), punctuality(hall, now_ms)]
    .filter(Boolean)
    .join(" · ");
}

/** Nothing while there is room enough. */
function roomWord({ headroom }: Health): string {
  if (!headroom) return "";
  if (headroom.waiting > 0) return s("health.waiting", { n: headroom.waiting });
  return headroom.free < NARROW ? s("health.narrow", { n: Math.round(headroom.free * 100) }) : "";
}

/** Where seats wait to be brought up, what counts is that their lines are proven; else that they are heard. */
function linesWord({ floor: { led, seats }, lines }: Health): string {
  if (seats.length === 0) return s("health.no_seats");
  const heard = new Set(lines.filter((line) => line.heard).map(({ seat }) => seat));
  const good = seats.filter(({ seat, proven }) => (led ? proven : heard.has(seat))).length;
  return s(led ? "health.proven" : "health.heard", { good, n: seats.length });
}

/** Only what is known: a pause or an end says nothing of the start. */
function punctuality({ state, starts_at_ms, since_ms }: Health, now_ms: number): string {
  if (starts_at_ms === null) return "";
  if (state === "announced" || state === "doors" || state === "draft") {
    const over_ms = now_ms - starts_at_ms;
    if (over_ms > LATE_MS) return s("health.late", { span: span(over_ms) });
    return over_ms > 0 ? s("health.due") : s("health.begins", { span: span(-over_ms) });
  }
  if (state !== "live") return "";
  return since_ms - starts_at_ms <= LATE_MS ? s("health.on_time") : "";
}
