/** The listener's page in words: one face for each state of a hall, as a table. Not here: layout. */
import type { HallState } from "../flow.ts";
import { t } from "../texts/public.ts";
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
  /** It ended before it began. */
  cancelled?: boolean;
}

const DAY_MS = 86_400_000;

export function faceOf(moment: Moment): Face {
  return FACES[moment.state](moment);
}

const FACES: Record<HallState, (moment: Moment) => Face> = {
  draft: () => still(t("draft.mark"), t("draft.sentence")),
  announced: (moment) => ({
    mark: t("announced.mark"),
    tone: "calm",
    ...untilStart(moment, announcedSentence(moment)),
  }),
  doors: (moment) => ({ mark: t("doors.mark"), tone: "wait", ...untilStart(moment, doorsSentence(moment)) }),
  live: () => ({ mark: t("live.mark"), tone: "live", sentence: "", clock: null }),
  paused: ({ since_ms }) => ({
    mark: t("paused.mark"),
    tone: "wait",
    sentence: t("paused.sentence", { clock: clock(since_ms) }),
    clock: null,
  }),
  ended: ({ since_ms, now_ms, cancelled }) =>
    cancelled
      ? still(t("cancelled.mark"), t("cancelled.sentence", { when: when(since_ms, now_ms) }))
      : still(t("ended.mark"), t("ended.sentence", { when: when(since_ms, now_ms) })),
};

const still = (mark: string, sentence: string): Face => ({ mark, tone: "calm", sentence, clock: null });

function untilStart(moment: Moment, sentence: string): { sentence: string; clock: string | null } {
  const left_ms = (moment.starts_at_ms ?? 0) - moment.now_ms;
  return { sentence, clock: left_ms > 0 && left_ms < DAY_MS ? countdown(left_ms) : null };
}

function announcedSentence({ starts_at_ms, now_ms }: Moment): string {
  if (starts_at_ms === null) return t("announced.unset");
  if (starts_at_ms <= now_ms) return t("announced.late");
  return t("announced.soon", { when: when(starts_at_ms, now_ms), span: span(starts_at_ms - now_ms) });
}

function doorsSentence({ starts_at_ms, now_ms }: Moment): string {
  if (starts_at_ms === null) return t("doors.unset");
  if (starts_at_ms <= now_ms) return t("doors.late");
  return t("doors.soon", { clock: clock(starts_at_ms) });
}

/** What pressing the round button does in this state. */
export function buttonOf(state: HallState, wanted: boolean): string {
  const early = state === "announced" || state === "draft";
  if (wanted) return t(early ? "button.early.off" : "button.pause");
  return t(early ? "button.early" : "button.listen");
}

/** The honest delay. */
export const behind = (seconds: number): string =>
  seconds < 1 ? t("behind.less") : t("behind", { n: seconds });
