/**
 * What travels between the pages' parts, named once: parts, facts, the public state.
 * Contract: spec/live.md. No behaviour here beyond the arithmetic of the one grid.
 */

export const SAMPLE_RATE_HZ = 48_000;
export const PART_SAMPLES = 11_520;
export const PART_S = PART_SAMPLES / SAMPLE_RATE_HZ;

/** The number of a part on the grid that counts from the Unix epoch. */
export type PartNo = number;
/** Seconds since the Unix epoch as the media counts them: when a sound was made. */
export type MediaTime = number;
/** Milliseconds of a clock that only ever goes forward. */
export type MonotonicMs = number;

export const HALL_STATES = ["draft", "announced", "doors", "live", "paused", "ended"] as const;
export type HallState = (typeof HALL_STATES)[number];

/** What a part says about itself. `levels_db`: how far below full scale, one for every 20 ms. */
export interface Facts {
  state: HallState;
  since: PartNo;
  voices: string[];
  levels_db: number[];
  caption: Caption | null;
}

/** A piece of a captioner's text, by its number in this hall; at most one a part. */
export interface Caption {
  no: number;
  text: string;
}

export interface Part {
  no: PartNo;
  bytes: Uint8Array;
  facts: Facts | null;
}

export interface Seat {
  seat: string;
  name: string;
}

/** What the desk publishes of an evening beyond its state: what is on, and who has spoken how long. */
export interface Evening {
  on: string | null;
  next: { title: string; starts_at_ms: number | null } | null;
  /** Voice on air, by seat and by side. */
  seats: { name: string; side: string | null; spoken_ms: number }[];
  sides: { side: string; spoken_ms: number; budget_ms: number | null }[];
  hands: number;
  /** Whether there is a file of captions. */
  captioned: boolean;
  /** How long what is said waits on its way, by order of those who run it. */
  air_delay_ms: number;
  /** From when to when something was taken out, by when it would have been heard: the last ones. */
  dumps: [from_ms: number, to_ms: number][];
}

/** `GET /h/{hall}/state.json`. */
export interface PublicState {
  v: 1;
  hall: string;
  title: string;
  state: HallState;
  since_ms: number;
  starts_at_ms: number | null;
  now_ms: number;
  seats: Seat[];
  recorded: boolean;
  stream: { port: number; origin: string | null; path: string };
  /** Other edges: the origin of their pages, and the whole address of this stream there. */
  alternates?: { page: string; stream: string }[];
  /** Where LL-HLS and HLS are, or null while the town hall has none. */
  hls: string | null;
  newest_part: PartNo | null;
  part_ms: number;
  buffer_ms: number;
  window_ms: number;
  listeners: number;
  cancelled?: boolean;
  /** How long to wait before asking again. */
  ask_ms?: number;
  evening?: Evening | null;
}

export const startOf = (no: PartNo): MediaTime => (no * PART_SAMPLES) / SAMPLE_RATE_HZ;
export const partAt = (at: MediaTime): PartNo => Math.floor((at * SAMPLE_RATE_HZ + 0.5) / PART_SAMPLES);
/** The part that begins nearest to a time which went through the arithmetic of others. */
export const partNear = (at: MediaTime): PartNo => Math.round((at * SAMPLE_RATE_HZ) / PART_SAMPLES);
