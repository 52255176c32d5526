/** What was said about each part, to be read at the moment it is heard. Picture and sound agree because both ask here. */
import type { Caption, Facts, HallState, MediaTime, Part, PartNo } from "../flow.ts";
import { partAt, startOf } from "../flow.ts";

const KEEP_PARTS = 300;
const FRAME_S = 0.02;
/** Who paused for breath is still the one who speaks. */
const BREATH_PARTS = 6;
const SILENCE_DB = 127;
/** So long a caption stays to be read: about eight seconds. */
const READING_PARTS = 34;

export interface Heard {
  state: HallState;
  since: PartNo;
  voices: string[];
  level_db: number;
  /** What was written of the last seconds, oldest first. */
  captions: Caption[];
}

export class Timeline {
  #facts = new Map<PartNo, Facts>();

  add(part: Part): void {
    if (part.facts) this.#facts.set(part.no, part.facts);
    if (this.#facts.size <= KEEP_PARTS) return;
    for (const no of this.#facts.keys()) if (no < part.no - KEEP_PARTS || no > part.no) this.#facts.delete(no);
  }

  at(time: MediaTime): Heard | null {
    const no = partAt(time);
    const facts = this.#facts.get(no);
    if (!facts) return null;
    const frame = Math.floor((time - startOf(no)) / FRAME_S + 1e-6);
    const level_db = facts.levels_db[frame] ?? SILENCE_DB;
    return {
      state: facts.state,
      since: facts.since,
      voices: this.#voices(no),
      level_db,
      captions: this.#captions(no),
    };
  }

  #captions(no: PartNo): Caption[] {
    const found = new Map<number, Caption>();
    for (let at = no - READING_PARTS; at <= no; at++) {
      const caption = this.#facts.get(at)?.caption;
      if (caption) found.set(caption.no, caption);
    }
    return [...found.values()].sort((a, b) => a.no - b.no);
  }

  #voices(no: PartNo): string[] {
    for (let back = 0; back <= BREATH_PARTS; back++) {
      const voices = this.#facts.get(no - back)?.voices ?? [];
      if (voices.length > 0) return voices;
    }
    return [];
  }
}

/** How far the ring opens: 0 at silence, 1 at the loudest speech. */
export function opening(level_db: number): number {
  const [quiet_db, loud_db] = [48, 10];
  return Math.min(1, Math.max(0, (quiet_db - level_db) / (quiet_db - loud_db)));
}
