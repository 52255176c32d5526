/**
 * The one truth on a speaker's page: does the room hear you, as the stage measured it, never as the browser
 * hopes. Everything that says "on air" asks here. Not here: how it looks.
 */
import type { HallState } from "../flow.ts";
import { HALL_STATES } from "../flow.ts";
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
const HEARS = "The room hears you";
const DEAF = "The room does not hear you";

const off = (reason: string): Verdict => ({ standing: "off", headline: DEAF, reason });

export function verdict({ link, trouble, truth, muted, silence_ms }: Situation): Verdict {
  if (link === "idle") return off("You have not taken your seat.");
  if (link === "asking") return off("Your browser asks for the microphone. Allow it there.");
  if (link === "refused") return off("Your seat is empty.");
  if (link === "lost") return off(lostReason(trouble));
  if (link !== "connected" || !truth) return off("Connecting to the stage.");
  if (silence_ms > STALE_MS) return off("The stage has gone quiet. Looking for it.");
  if (!truth.consent)
    return off("This town hall is recorded, and you have not agreed to be in it. Agree below.");
  if (muted) return off("Muted at your end.");
  if (!truth.heard && OPEN.includes(truth.state))
    return off("The stage hears only silence from your microphone. Speak, or choose another one.");
  if (truth.on_air && truth.heard) return { standing: "air", headline: HEARS, reason: "You are on air." };
  return { standing: "ready", headline: DEAF, reason: CLOSED[truth.state] };
}

const OPEN: HallState[] = ["doors", "live"];

const CLOSED: Record<HallState, string> = {
  draft: "The town hall is not open yet.",
  announced: "The town hall is not open yet.",
  doors: "The stage hears you well. The town hall has not begun.",
  live: "The stage hears you, and so do the others who wait. You are not in the programme just now.",
  paused: "The town hall is paused. Your line stands.",
  ended: "The town hall has ended.",
};

function lostReason(trouble: Trouble | null): string {
  if (trouble?.kind === "stage" && trouble.status === 409)
    return "The town hall is not open yet. Your seat is taken as soon as it is.";
  return "Connection lost: reconnecting.";
}

/** A trouble with its mend, for a note under the truth. */
export function mendOf(trouble: Trouble): { what: string; mend: string } {
  if (trouble.kind === "microphone") return MICROPHONE[trouble.name] ?? MICROPHONE.Other;
  if (trouble.status === 0)
    return { what: "The stage cannot be reached.", mend: "We go on trying. Check that you are online." };
  return { what: trouble.sentence, mend: trouble.next };
}

type Mend = { what: string; mend: string };

const MICROPHONE: Record<string, Mend> & { Other: Mend } = {
  Insecure: {
    what: "This page may not use a microphone.",
    mend: "Browsers lend it only to pages at https:// or on this machine itself. Open the https:// address of this page.",
  },
  NotAllowedError: {
    what: "Your browser did not allow the microphone.",
    mend: "Press the lock or the microphone beside the address, allow the microphone, and take your seat again.",
  },
  NotFoundError: { what: "No microphone was found.", mend: "Plug one in, then take your seat again." },
  OverconstrainedError: {
    what: "The chosen microphone is not there any more.",
    mend: "Choose another one, then take your seat again.",
  },
  NotReadableError: {
    what: "The microphone is in use by another program.",
    mend: "Close that program, then take your seat again.",
  },
  Gone: {
    what: "Your microphone has gone.",
    mend: "Plug it in again or choose another one, then take your seat again.",
  },
  Other: {
    what: "The microphone could not be opened.",
    mend: "Choose another one, or open this page in another browser.",
  },
};
