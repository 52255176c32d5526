/** What the desk tells those backstage of one hall: `GET /api/v1/halls/{hall}/events`. No behaviour here. */
import type { HallState, Seat } from "../flow.ts";
import type { RecordingState } from "../words/recording.ts";

export interface LineState {
  seat: string;
  heard: boolean;
  speaking: boolean;
  level_db: number;
  rtt_ms: number | null;
  lost: number;
}

export type SeatStanding = "on_air" | "spent" | "ready" | "green_room";

/** `verdict`: a row of spec/verdicts.toml; `sentence` and `mend` are its words in English. */
export interface FloorSeat {
  seat: string;
  person: string;
  name: string | null;
  standing: SeatStanding;
  muted: boolean;
  /** The noise around its microphone is taken out. */
  suppressed: boolean;
  proven: boolean;
  verdict: string;
  sentence: string;
  mend: string;
  side: string | null;
  spoken_ms: number;
}

export interface Hand {
  person: string;
  name: string | null;
  reason: string | null;
  raised_ms: number;
  /** How many are called before this one, and one; null: called already. */
  position: number | null;
  seat: string | null;
}

export interface Budget {
  budget_ms: number;
  enforced: boolean;
}

export interface TimeKept {
  each: Budget | null;
  people: { person: string; side: string | null; spoken_ms: number }[];
  sides: { side: string; spoken_ms: number; budget: Budget | null }[];
}

export interface Floor {
  led: boolean;
  seats: FloorSeat[];
  hands: Hand[];
  time: TimeKept;
}

export const KINDS = ["opening", "segment", "questions", "closing"] as const;
export type Kind = (typeof KINDS)[number];

export interface Item {
  item: string;
  kind: Kind;
  title: string;
  planned_ms: number;
}

export interface Due extends Item {
  starts_at_ms: number | null;
  over_ms: number;
}

/** What may stand where nobody speaks. */
export const SOUND_KINDS = ["opening", "pause", "closing", "tone"] as const;
export type SoundKind = (typeof SOUND_KINDS)[number];

export interface Plan {
  on: string | null;
  items: Due[];
  /** Each "" for none, "built-in", or the name of a file. */
  sounds: Record<SoundKind, string>;
  silence_intended: boolean;
  /** How long what is said waits before the crowd hears it; 0: not at all. */
  air_delay_ms: number;
  /** What was taken out of it, by when it was said. */
  dumps: { no: number; from_ms: number; to_ms: number }[];
}

/** What the programme plays, as a stage says; null where none does. */
export interface Air {
  playing: string;
  quiet_ms: number;
  covered: boolean;
}

export interface Person {
  person: string;
  role: string;
  name: string | null;
  seat: string | null;
}

export interface HallView {
  hall: string;
  title: string;
  state: HallState;
  starts_at_ms: number | null;
  since_ms: number;
  now_ms: number;
  window_ms: number;
  seats: Seat[];
  recorded: boolean;
  recording: RecordingState | null;
  /** Seats whose speakers agreed to be recorded. */
  consents: string[];
  cancelled: boolean;
  cancel_asked: { by: string; at_ms: number; waiting: number } | null;
  lines: LineState[];
  audience: { listeners: number };
  /** What edges have free together, what there is least of, who waits in line; null while no edge says. */
  headroom?: { free: number; of: string; waiting: number } | null;
  people: Person[];
  floor: Floor;
  plan: Plan;
  air: Air | null;
  /** Who runs the show (producer) and who chairs (moderator), by person. */
  in_charge: Partial<Record<"producer" | "moderator", string>>;
}
