/**
 * What a speaker's page sent in the last seconds, packet by packet, so that a stage that lost some can have them again.
 * Nothing is kept while muted. Not here: the line, the browser's own packets.
 */

/** As long as a stage may want something for its recording. */
const KEPT_SAMPLES = 30 * 48_000;
/** So many packets are given for one request: the stage asks again for more. */
const GIVEN_MAX = 256;
const VERSION = 1;
const HEAD_BYTES = 7;

/** From, and up to but not with; samples of 48 kHz in 32 bits, as on the line. */
export type Range = [from: number, to: number];

/** What a stage asks for (spec/live.md); its number comes back with what is given. */
export interface Request {
  number: number;
  again: Range[];
}

/** Null where it is not one. */
export function readRequest(text: unknown): Request | null {
  if (typeof text !== "string" || text.length > 4096) return null;
  let said: { v?: unknown; n?: unknown; again?: unknown };
  try {
    said = Object(JSON.parse(text));
  } catch {
    return null;
  }
  if (said.v !== VERSION || !Number.isInteger(said.n) || !Array.isArray(said.again)) return null;
  const again = said.again.filter(
    (range): range is Range => Array.isArray(range) && range.every(Number.isInteger),
  );
  return { number: said.n as number, again };
}

interface Packet {
  payloadType: number;
  payload: ArrayBuffer;
}

export class Kept {
  /** By the line's time, in the order in which they were kept. */
  #packets = new Map<number, Packet>();
  #muted = false;

  mute(muted: boolean): void {
    this.#muted = muted;
  }

  keep(time: number, payloadType: number, payload: ArrayBuffer): void {
    if (this.#muted) return;
    this.#packets.set(time >>> 0, { payloadType, payload: payload.slice(0) });
    for (const [old] of this.#packets) {
      if (apart(old, time) <= KEPT_SAMPLES) break;
      this.#packets.delete(old);
    }
  }

  /** What there is of what is asked for, in order, as it is sent. */
  give({ number, again }: Request): Uint8Array<ArrayBuffer>[] {
    const given: Uint8Array<ArrayBuffer>[] = [];
    for (const [time, packet] of this.#packets) {
      if (given.length === GIVEN_MAX) break;
      if (again.some((range) => holds(range, time))) given.push(answer(number, time, packet));
    }
    return given;
  }
}

function answer(number: number, time: number, { payloadType, payload }: Packet): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES + payload.byteLength);
  bytes.set([VERSION, number, payloadType]);
  new DataView(bytes.buffer).setUint32(3, time);
  bytes.set(new Uint8Array(payload), HEAD_BYTES);
  return bytes;
}

function holds([from, to]: Range, time: number): boolean {
  const length = apart(from, to);
  return length <= KEPT_SAMPLES && apart(from, time) < length;
}

/** Samples from one time to a later one, round the end of 32 bits. */
function apart(from: number, to: number): number {
  return (to - from) >>> 0;
}
