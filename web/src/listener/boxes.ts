/**
 * The live stream's bytes in, a header and whole parts out, wherever the network cut them.
 *
 * A part is every box up to and including an `mdat`. Bounds hold against a stream that is not ours:
 * what breaks them is a `PeerFault`, after which the splitter is of no further use.
 * Not here: what a part is for, and whether it is the one that should come next.
 */
import type { Facts, Part } from "../flow.ts";
import { PART_SAMPLES } from "../flow.ts";
import { factsOf } from "./facts.ts";

const BOX_BYTES_MAX = 128 * 1024;
const PART_BYTES_MAX = 256 * 1024;
const PART_NO_MAX = Math.floor(Number.MAX_SAFE_INTEGER / PART_SAMPLES);

export class PeerFault extends Error {}

export type Piece = { kind: "header"; bytes: Uint8Array } | { kind: "part"; part: Part };

interface Box {
  type: string;
  body: Uint8Array;
}

export class BoxSplitter {
  #pending = new Uint8Array(0);
  #boxes: Box[] = [];
  #kept: Uint8Array[] = [];
  #kept_bytes = 0;
  #header_seen = false;
  #pieces: Piece[] = [];

  /** Take bytes as they came. Throws `PeerFault`. */
  handle(bytes: Uint8Array): void {
    const all = concat([this.#pending, bytes]);
    let at = 0;
    for (;;) {
      const size = boxSize(all, at);
      if (size === null || at + size > all.length) break;
      this.#take(all.slice(at, at + size));
      at += size;
    }
    this.#pending = all.slice(at);
  }

  poll(): Piece | null {
    return this.#pieces.shift() ?? null;
  }

  #take(whole: Uint8Array): void {
    const type = typeOf(whole, 4);
    this.#kept.push(whole);
    this.#kept_bytes += whole.length;
    if (this.#kept_bytes > PART_BYTES_MAX) throw new PeerFault("a part without end");
    this.#boxes.push({ type, body: whole.subarray(8) });
    if (type === "moov") this.#header();
    else if (type === "mdat") this.#part();
  }

  #header(): void {
    if (this.#header_seen) throw new PeerFault("a second header");
    this.#header_seen = true;
    this.#pieces.push({ kind: "header", bytes: this.#flush().bytes });
  }

  #part(): void {
    if (!this.#header_seen) throw new PeerFault("a part before the header");
    const { bytes, boxes } = this.#flush();
    const moof = boxes.find((box) => box.type === "moof");
    if (!moof) throw new PeerFault("sound without a moof");
    this.#pieces.push({ kind: "part", part: { no: partNo(moof.body), bytes, facts: factsIn(boxes) } });
  }

  #flush(): { bytes: Uint8Array; boxes: Box[] } {
    const flushed = { bytes: concat(this.#kept), boxes: this.#boxes };
    this.#kept = [];
    this.#kept_bytes = 0;
    this.#boxes = [];
    return flushed;
  }
}

/** The size of the box at `at`, or null while its first eight bytes are not here. */
function boxSize(bytes: Uint8Array, at: number): number | null {
  if (bytes.length - at < 8) return null;
  const size = u32(bytes, at);
  if (size < 8 || size > BOX_BYTES_MAX) throw new PeerFault(`a box of ${size} bytes`);
  if (!/^[a-zA-Z0-9 ]{4}$/.test(typeOf(bytes, at + 4))) throw new PeerFault("a box without a type");
  return size;
}

/** The number of a part, of which `mfhd` and `tfdt` must agree. */
function partNo(moof: Uint8Array): number {
  const mfhd = child(moof, "mfhd");
  const traf = child(moof, "traf");
  const tfdt = traf && child(traf, "tfdt");
  if (!mfhd || mfhd.length < 8 || !tfdt || tfdt[0] !== 1 || tfdt.length < 12)
    throw new PeerFault("a moof without times");
  const no = (u32(tfdt, 4) * 2 ** 32 + u32(tfdt, 8)) / PART_SAMPLES;
  if (!Number.isInteger(no) || no > PART_NO_MAX) throw new PeerFault("a part off the grid");
  if (no % 2 ** 32 !== u32(mfhd, 4)) throw new PeerFault("a part with two numbers");
  return no;
}

/** The body of the first box of `type` in `body`. */
function child(body: Uint8Array, type: string): Uint8Array | null {
  for (let at = 0; at + 8 <= body.length; ) {
    const size = u32(body, at);
    if (size < 8 || at + size > body.length) throw new PeerFault("a box that outgrows its parent");
    if (typeOf(body, at + 4) === type) return body.subarray(at + 8, at + size);
    at += size;
  }
  return null;
}

function factsIn(boxes: Box[]): Facts | null {
  let facts: Facts | null = null;
  for (const box of boxes) if (box.type === "emsg") facts = factsOf(box.body) ?? facts;
  return facts;
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
}

function typeOf(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

export function concat(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
