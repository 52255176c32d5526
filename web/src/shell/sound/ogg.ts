/** Opus packets in Ogg pages (RFC 3533, RFC 7845): the file that a stage can play. Pure. */

const PAGE_PACKETS = 50;
const PACKET_SAMPLES = 960;
const SERIAL = 1;
const FIRST = 0x02;
const LAST = 0x04;
const TAGS = "OpusTags\x08\0\0\0hustings\0\0\0\0";

/** Whether a file is that already. */
export const isOggOpus = (file: Uint8Array): boolean =>
  startsWith(file, "OggS") && startsWith(file.subarray(28), "OpusHead");

/**
 * `head`: OpusHead as the encoder gives it; `encoded`: packets of 20 ms; `samples` at 48 kHz that are to be heard, after what the head
 * says to skip.
 */
export function oggOpus(head: Uint8Array, encoded: Uint8Array[], samples: number): Uint8Array<ArrayBuffer> {
  const skip = (head[10] ?? 0) | ((head[11] ?? 0) << 8);
  // Of the last packet alone may something be left out.
  const packets = encoded.slice(0, Math.ceil((skip + samples) / PACKET_SAMPLES));
  const pages = [page(FIRST, 0, 0, [head]), page(0, 0, 1, [bytesOf(TAGS)])];
  for (let at = 0; at < packets.length; at += PAGE_PACKETS) {
    const some = packets.slice(at, at + PAGE_PACKETS);
    const last = at + some.length === packets.length;
    const granule = last ? skip + samples : (at + some.length) * PACKET_SAMPLES;
    pages.push(page(last ? LAST : 0, granule, pages.length, some));
  }
  return joined(pages);
}

function page(flags: number, granule: number, sequence: number, packets: Uint8Array[]): Uint8Array {
  // A packet is so many times 255 and a rest (RFC 3533, section 6).
  const lacing = packets.flatMap(({ length }) => [...Array(Math.floor(length / 255)).fill(255), length % 255]);
  const head = new DataView(new ArrayBuffer(27));
  bytesOf("OggS").forEach((byte, i) => {
    head.setUint8(i, byte);
  });
  head.setUint8(5, flags);
  head.setBigUint64(6, BigInt(granule), true);
  head.setUint32(14, SERIAL, true);
  head.setUint32(18, sequence, true);
  head.setUint8(26, lacing.length);
  const whole = joined([new Uint8Array(head.buffer), Uint8Array.from(lacing), ...packets]);
  new DataView(whole.buffer).setUint32(22, crc(whole), true);
  return whole;
}

const POLYNOMIAL = 0x04c11db7;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte << 24;
  for (let bit = 0; bit < 8; bit++) rest = rest < 0 ? (rest << 1) ^ POLYNOMIAL : rest << 1;
  return rest >>> 0;
});

const crc = (bytes: Uint8Array): number =>
  bytes.reduce((rest, byte) => ((rest << 8) ^ (TABLE[(rest >>> 24) ^ byte] ?? 0)) >>> 0, 0);

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));

function joined(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
