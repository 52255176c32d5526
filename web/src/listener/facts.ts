/**
 * Timed facts out of an `emsg` box: ID3v2.4, one `TXXX` frame named `hustings`, JSON inside.
 * Whatever is not exactly that is no fact and no error: a part can be heard without its facts.
 */
import type { Caption, Facts, HallState } from "../flow.ts";
import { HALL_STATES } from "../flow.ts";

const SCHEME = "https://aomedia.org/emsg/ID3";
const TAG_BYTES_MAX = 4096;
const LEVELS_MAX = 240;
const SEAT = /^[a-z0-9](-?[a-z0-9])*$/;

/** The facts in the body of an `emsg` box (after size and type), or null. */
export function factsOf(body: Uint8Array): Facts | null {
  if (body.length < 24 || body.length > TAG_BYTES_MAX || body[0] !== 1) return null;
  const scheme = cString(body, 24);
  if (scheme === null || scheme.text !== SCHEME) return null;
  const value = cString(body, scheme.end);
  if (value === null) return null;
  return factsOfTag(body.subarray(value.end));
}

/** The facts in an ID3 tag, or null. */
export function factsOfTag(tag: Uint8Array): Facts | null {
  const text = tag.length > TAG_BYTES_MAX ? null : textFrame(tag);
  return text === null ? null : readFacts(text);
}

function cString(bytes: Uint8Array, from: number): { text: string; end: number } | null {
  const end = bytes.indexOf(0, from);
  if (end < 0) return null;
  return { text: new TextDecoder().decode(bytes.subarray(from, end)), end: end + 1 };
}

/** Seven bits to a byte, as ID3v2.4 counts. */
function syncsafe(bytes: Uint8Array, at: number): number {
  let sum = 0;
  for (let i = at; i < at + 4; i++) sum = sum * 128 + ((bytes[i] ?? 0) & 0x7f);
  return sum;
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/** The text of the first `TXXX` frame described as `hustings`. */
function textFrame(tag: Uint8Array): string | null {
  if (tag.length < 10 || ascii(tag, 0, 3) !== "ID3" || tag[3] !== 4) return null;
  const end = Math.min(tag.length, 10 + syncsafe(tag, 6));
  for (let at = 10; at + 10 <= end; ) {
    const size = syncsafe(tag, at + 4);
    const body = tag.subarray(at + 10, at + 10 + size);
    if (size === 0 || at + 10 + size > end) return null;
    if (ascii(tag, at, 4) === "TXXX" && (body[0] === 0 || body[0] === 3)) {
      const name = cString(body, 1);
      if (name?.text === "hustings")
        return new TextDecoder().decode(body.subarray(name.end)).replace(/\0+$/, "");
    }
    at += 10 + size;
  }
  return null;
}

function readFacts(text: string): Facts | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  const { v, hall, voices, level, caption } = Object(said) as Record<string, unknown>;
  if (v !== 1 || !Array.isArray(hall) || !Array.isArray(voices)) return null;
  const [state, since] = hall as unknown[];
  if (!HALL_STATES.includes(state as HallState) || !Number.isSafeInteger(since)) return null;
  const seats = voices.filter((seat): seat is string => typeof seat === "string" && SEAT.test(seat));
  return {
    state: state as HallState,
    since: since as number,
    voices: seats.slice(0, 4),
    levels_db: levels(level),
    caption: captionOf(caption),
  };
}

/** `[no, text]`; text that anybody could have written stays text. */
function captionOf(said: unknown): Caption | null {
  if (!Array.isArray(said)) return null;
  const [no, text] = said as unknown[];
  return Number.isSafeInteger(no) && typeof text === "string" ? { no: no as number, text } : null;
}

function levels(hex: unknown): number[] {
  if (typeof hex !== "string" || hex.length > LEVELS_MAX || !/^([0-7][0-9a-f])*$/i.test(hex)) return [];
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}
