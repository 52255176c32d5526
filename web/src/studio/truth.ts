/**
 * The one truth on a speaker's page: does the room hear you, as the stage measured it, never as the browser
 * hopes. Everything that says "on air" asks here. Not here: how it looks.
 */
import type { HallState } from "../flow.ts";
import { HALL_STATES } from "../flow.ts";
import type { StudioWord } from "../texts/studio.ts";
import { s } from "../texts/studio.ts";
import type { Link, Trouble } from "./whip.ts";

/** What the stage says four times a second; spec/live.md, "Speaking". */
export interface Truth {
  state: HallState;
  on_air: boolean;
  /** False where the town hall is recorded and this person has not agreed to that. */
  consent: boolean;
  heard: boolean;
  speaking: boolean;
  level_db: number;
  lost: number;
  repaired: number;
  concealed: number;
  rtt_ms: number;
  /** How far the programme runs behind: lost packets can be had again as long as that. */
  window_ms: number;
  /** This person was found to hear the stage; so is whoever no stage asks. */
  hears: boolean;
}

export function readTruth(text: unknown): Truth | null {
  if (typeof text !== "string" || text.length > 4096) return null;
  let said: Record<string, unknown>;
  try {
    said = Object(JSON.parse(text));
  } catch {
    return null;
  }
  const { v, state } = said;
  if (v !== 1 || !HALL_STATES.includes(state as HallState)) return null;
  const number = (name: string) => (typeof said[name] === "number" ? (said[name] as number) : 0);
  return {
    state: state as HallState,
    on_air: said.on_air === true,
    // A stage that says nothing of it asks for none.
    consent: said.consent !== false,
    heard: said.heard === true,
    speaking: said.speaking === true,
    level_db: number("level_db"),
    lost: number("lost"),
    repaired: number("repaired"),
    concealed: number("concealed"),
    rtt_ms: number("rtt_ms"),
    window_ms: number("window_ms"),
    hears: Object(said.proof).hears !== "no",
  };
}

/** air: the room hears you · ready: the stage does, the room does not yet · off: nobody does. */
export type Standing = "air" | "ready" | "off";

export interface Verdict {
  standing: Standing;
  headline: string;
  reason: string;
}

export interface Situation {
  link: Link;
  trouble: Trouble | null;
  truth: Truth | null;
  muted: boolean;
  silence_ms: number;
}

/** Four messages missing in a row are no longer a hiccup. */
const STALE_MS = 1500;

const off = (reason: string): Verdict => ({ standing: "off", headline: s("truth.deaf"), reason });

export function verdict({ link, trouble, truth, muted, silence_ms }: Situation): Verdict {
  if (link === "idle") return off(s("truth.idle"));
  if (link === "asking") return off(s("truth.asking"));
  if (link === "refused") return off(s("truth.empty"));
  if (link === "lost") return off(lostReason(trouble));
  if (link !== "connected" || !truth) return off(s("truth.connecting"));
  if (silence_ms > STALE_MS) return off(s("truth.stale"));
  if (!truth.consent) return off(s("truth.consent"));
  if (muted) return off(s("truth.muted"));
  if (!truth.heard && OPEN.includes(truth.state)) return off(s("truth.silent"));
  if (truth.on_air && truth.heard)
    return { standing: "air", headline: s("truth.hears"), reason: s("truth.you_air") };
  return { standing: "ready", headline: s("truth.deaf"), reason: s(CLOSED[truth.state]) };
}

const OPEN: HallState[] = ["doors", "live"];

const CLOSED: Record<HallState, StudioWord> = {
  draft: "truth.not_open",
  announced: "truth.not_open",
  doors: "truth.doors",
  live: "truth.live",
  paused: "truth.paused",
  ended: "truth.ended",
};

/** Twice there and back is all that fits: at 10 % loss one word in a thousand comes too late. */
const FAR_SHARE = 0.4;

/** Whether what this line loses may come back too late. */
export function isFar({ rtt_ms, window_ms }: Truth): boolean {
  return window_ms > 0 && rtt_ms > FAR_SHARE * window_ms;
}

function lostReason(trouble: Trouble | null): string {
  if (trouble?.kind === "stage" && trouble.status === 409) return s("truth.not_open.seat");
  return s("truth.lost");
}

/** A trouble with its mend, for a note under the truth. */
export function mendOf(trouble: Trouble): { what: string; mend: string } {
  if (trouble.kind === "microphone")
    return microphoneMend(MICROPHONE[trouble.name as keyof typeof MICROPHONE] ?? "other");
  if (trouble.kind === "blocked") return blockedMend(trouble.port);
  if (trouble.status === 0) return { what: s("stage.away"), mend: s("stage.away.mend") };
  return { what: trouble.sentence, mend: trouble.next };
}

const blockedMend = (port: number | null) => ({
  what: s("way.blocked"),
  mend: port === null ? s("way.blocked.mend") : s("way.blocked.port", { port: String(port) }),
});

/** What a browser calls it, and our word for it. */
const MICROPHONE = {
  Insecure: "insecure",
  NotAllowedError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "left",
  NotReadableError: "busy",
  Gone: "gone",
} as const satisfies Record<string, string>;

const microphoneMend = (word: (typeof MICROPHONE)[keyof typeof MICROPHONE] | "other") => ({
  what: s(`mic.${word}`),
  mend: s(`mic.${word}.mend`),
});
