/** The health of a hall in one line: "412 listening · 2 of 3 lines heard · on time". */
import type { HallState } from "../flow.ts";
import type { RecordingState } from "./recording.ts";
import { recordingWord } from "./recording.ts";
import { count, span } from "./time.ts";

interface Health {
  state: HallState;
  starts_at_ms: number | null;
  since_ms: number;
  seats: unknown[];
  lines?: { heard: boolean }[];
  audience?: { listeners: number };
  recorded?: boolean;
  recording?: RecordingState | null;
}

const LATE_MS = 60_000;

export function healthLine(hall: Health, now_ms: number): string {
  const heard = (hall.lines ?? []).filter((line) => line.heard).length;
  const listening = `${(hall.audience?.listeners ?? 0).toLocaleString("en-GB")} listening`;
  const lines =
    hall.seats.length > 0 ? `${heard} of ${count(hall.seats.length, "line")} heard` : "no seats yet";
  return [listening, lines, recordingWord(hall), punctuality(hall, now_ms)].filter(Boolean).join(" · ");
}

/** Only what is known: a pause or an end says nothing of the start. */
function punctuality({ state, starts_at_ms, since_ms }: Health, now_ms: number): string {
  if (starts_at_ms === null) return "";
  if (state === "announced" || state === "doors" || state === "draft") {
    const over_ms = now_ms - starts_at_ms;
    return over_ms > LATE_MS
      ? `${span(over_ms)} late`
      : over_ms > 0
        ? "due now"
        : `begins in ${span(-over_ms)}`;
  }
  if (state !== "live") return "";
  const late_ms = since_ms - starts_at_ms;
  return late_ms <= LATE_MS ? "on time" : "";
}

/** How a seat's line stands, in words and not by colour alone. */
export function lineWord(line: { heard: boolean; speaking: boolean } | undefined): string {
  if (!line) return "No line";
  if (!line.heard) return "Silent line";
  return line.speaking ? "Speaking" : "Heard";
}

/** A line in figures; the round trip only once it was measured. */
export function lineFigures(line: { rtt_ms: number | null; lost: number } | undefined): string {
  if (!line) return "";
  const trip = line.rtt_ms === null ? [] : [`${line.rtt_ms} ms`];
  return [...trip, `${line.lost} lost`].join(" · ");
}
