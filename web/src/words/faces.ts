/** The listener's page in words: one face for each state of a hall, as a table. Not here: layout. */
import type { HallState } from "../flow.ts";
import { clock, countdown, span, when } from "./time.ts";

/** live: sound from the room · wait: something is about to come · calm: nothing to wait for. */
export type Tone = "live" | "wait" | "calm";

export interface Face {
  mark: string;
  tone: Tone;
  sentence: string;
  /** A clock that runs down to the start. */
  clock: string | null;
}

interface Moment {
  state: HallState;
  since_ms: number;
  starts_at_ms: number | null;
  now_ms: number;
}

const DAY_MS = 86_400_000;

export function faceOf(moment: Moment): Face {
  return FACES[moment.state](moment);
}

const FACES: Record<HallState, (moment: Moment) => Face> = {
  draft: () => ({
    mark: "Not announced",
    tone: "calm",
    sentence: "This town hall has not been announced yet.",
    clock: null,
  }),
  announced: (moment) => ({
    mark: "Announced",
    tone: "calm",
    ...untilStart(moment, announcedSentence(moment)),
  }),
  doors: (moment) => ({ mark: "Doors open", tone: "wait", ...untilStart(moment, doorsSentence(moment)) }),
  live: () => ({ mark: "Live", tone: "live", sentence: "", clock: null }),
  paused: ({ since_ms }) => ({
    mark: "Paused",
    tone: "wait",
    sentence: `The room has paused since ${clock(since_ms)}. Stay here: it goes on at this address, by itself.`,
    clock: null,
  }),
  ended: ({ since_ms, now_ms }) => ({
    mark: "Ended",
    tone: "calm",
    sentence: `This town hall ended ${when(since_ms, now_ms)}. Thank you for listening.`,
    clock: null,
  }),
};

function untilStart(moment: Moment, sentence: string): { sentence: string; clock: string | null } {
  const left_ms = (moment.starts_at_ms ?? 0) - moment.now_ms;
  return { sentence, clock: left_ms > 0 && left_ms < DAY_MS ? countdown(left_ms) : null };
}

function announcedSentence({ starts_at_ms, now_ms }: Moment): string {
  if (starts_at_ms === null) return "The time has not been set yet. It will stand here.";
  if (starts_at_ms <= now_ms) return "A little later than planned. It begins at this address.";
  return `It begins ${when(starts_at_ms, now_ms)}, in ${span(starts_at_ms - now_ms)}.`;
}

function doorsSentence({ starts_at_ms, now_ms }: Moment): string {
  if (starts_at_ms === null) return "People are coming in. It begins in a moment.";
  if (starts_at_ms <= now_ms) return "A little later than planned. People are in, and it begins in a moment.";
  return `People are coming in. It begins at ${clock(starts_at_ms)}.`;
}

/** What a pressed or unpressed button means in this state. */
export function buttonOf(state: HallState, wanted: boolean): { label: string; hint: string } {
  const early = state === "announced" || state === "draft";
  if (wanted)
    return {
      label: early ? "Do not start by itself" : "Pause",
      hint: early ? "The sound starts by itself." : "",
    };
  return { label: early ? "Start by itself when doors open" : "Listen", hint: early ? "" : "Press to listen." };
}

/** The honest delay. */
export const behind = (seconds: number): string =>
  seconds < 1
    ? "Less than a second behind the room"
    : `${seconds} ${seconds === 1 ? "second" : "seconds"} behind the room`;
