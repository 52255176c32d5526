/** Builds what spec/live.md describes, for tests and the development server; never imported by a page. */
import { PART_SAMPLES } from "../flow.ts";
import { concat } from "../listener/boxes.ts";

const text = (chars: string) => new TextEncoder().encode(chars);
const u16 = (n: number) => Uint8Array.of(n >> 8, n & 255);
const u32 = (n: number) => Uint8Array.of((n / 2 ** 24) & 255, (n >> 16) & 255, (n >> 8) & 255, n & 255);
const u64 = (n: number) => concat([u32(Math.floor(n / 2 ** 32)), u32(n % 2 ** 32)]);
const zeros = (n: number) => new Uint8Array(n);

export function box(type: string, ...body: Uint8Array[]): Uint8Array {
  const inside = concat(body);
  return concat([u32(inside.length + 8), text(type), inside]);
}

const full = (type: string, version_flags: number, ...body: Uint8Array[]) =>
  box(type, u32(version_flags), ...body);

export function emsg(no: number, json: string): Uint8Array {
  const frame = concat([Uint8Array.of(3), text("hustings\0"), text(json)]);
  const safe = (n: number) => Uint8Array.of((n >> 21) & 127, (n >> 14) & 127, (n >> 7) & 127, n & 127);
  const tag = concat([
    text("ID3"),
    Uint8Array.of(4, 0, 0),
    safe(frame.length + 10),
    text("TXXX"),
    safe(frame.length),
    u16(0),
    frame,
  ]);
  const times = [u32(48_000), u64(no * PART_SAMPLES), u32(PART_SAMPLES), u32(no % 2 ** 32)];
  return full("emsg", 0x01000000, ...times, text("https://aomedia.org/emsg/ID3\0"), zeros(1), tag);
}

export function moof(
  no: number,
  packets: Uint8Array[],
  sequence = no % 2 ** 32,
  time = no * PART_SAMPLES,
): Uint8Array {
  const chunk = (offset: number) =>
    box(
      "moof",
      full("mfhd", 0, u32(sequence)),
      box(
        "traf",
        full("tfhd", 0x020000, u32(1)),
        full("tfdt", 0x01000000, u64(time)),
        full("trun", 0x0201, u32(packets.length), u32(offset), ...packets.map((p) => u32(p.length))),
      ),
    );
  return chunk(chunk(0).length + 8);
}

/** One part: facts as JSON (or none), then the chunk. */
export function part(no: number, json: string | null, packets: Uint8Array[]): Uint8Array {
  return concat([json === null ? zeros(0) : emsg(no, json), moof(no, packets), box("mdat", ...packets)]);
}

const MATRIX = concat([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map(u32));

export function header(): Uint8Array {
  const entry = box(
    "Opus",
    zeros(6),
    u16(1),
    zeros(8),
    u16(1),
    u16(16),
    zeros(4),
    u32(48_000 * 65536),
    box("dOps", Uint8Array.of(0, 1), u16(0), u32(48_000), zeros(3)),
  );
  const empty = ["stts", "stsc", "stco"].map((type) => full(type, 0, u32(0)));
  const table = box("stbl", full("stsd", 0, u32(1), entry), ...empty, full("stsz", 0, zeros(8)));
  const data = box("dinf", full("dref", 0, u32(1), full("url ", 1)));
  const media = box(
    "mdia",
    full("mdhd", 0, zeros(8), u32(48_000), u32(0), u16(0x55c4), u16(0)),
    full("hdlr", 0, u32(0), text("soun"), zeros(12), text("programme\0")),
    box("minf", full("smhd", 0, zeros(4)), data, table),
  );
  const track = full(
    "tkhd",
    7,
    zeros(8),
    u32(1),
    zeros(16),
    u16(0),
    u16(1),
    u16(0x0100),
    u16(0),
    MATRIX,
    zeros(8),
  );
  const movie = [
    zeros(8),
    u32(48_000),
    u32(0),
    u32(0x10000),
    u16(0x0100),
    zeros(10),
    MATRIX,
    zeros(24),
    u32(2),
  ];
  const trex = full("trex", 0, ...[1, 1, 960, 0, 0].map(u32));
  return concat([
    box("ftyp", text("iso6"), u32(0), text("iso6cmfcmp41")),
    box("moov", full("mvhd", 0, ...movie), box("trak", track, media), box("mvex", trex)),
  ]);
}

export function factsJson(state: string, since: number, voices: string[], levels_db: number[]): string {
  const level = levels_db.map((db) => db.toString(16).padStart(2, "0")).join("");
  return JSON.stringify({ v: 1, hall: [state, since], voices, level });
}

/** Random numbers that come out the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
