/** A file of sound as stages play it: Ogg Opus, mono. What this browser can decode is encoded anew; it does not leave the page before. */
import { isOggOpus, oggOpus } from "./ogg.ts";

const RATE_HZ = 48_000;
const BITS_PER_S = 96_000;
const LENGTH_S_MAX = 300;
/** A second at a time, in whole packets. */
const PIECE = RATE_HZ;

/** Five minutes of stereo at 96 kHz, uncompressed; more is not even read. */
const FILE_BYTES_MAX = 200_000_000;

export type Prepared =
  | { ok: true; bytes: Uint8Array<ArrayBuffer> }
  | { ok: false; why: "long" | "unreadable" | "encoder" };

export async function prepared(file: Blob): Promise<Prepared> {
  if (file.size > FILE_BYTES_MAX) return { ok: false, why: "long" };
  try {
    const opening = new Uint8Array(await file.slice(0, 64).arrayBuffer());
    if (isOggOpus(opening)) return { ok: true, bytes: new Uint8Array(await file.arrayBuffer()) };
    if (typeof AudioEncoder === "undefined") return { ok: false, why: "encoder" };
    // Decoded, an hour is gigabytes in the page that the hall is run from.
    if ((await lengthOf(file)) > LENGTH_S_MAX) return { ok: false, why: "long" };
    const decoded = await new OfflineAudioContext(1, 1, RATE_HZ).decodeAudioData(await file.arrayBuffer());
    if (decoded.duration > LENGTH_S_MAX) return { ok: false, why: "long" };
    return { ok: true, bytes: await encoded(mono(decoded)) };
  } catch {
    return { ok: false, why: "unreadable" };
  }
}

/** In seconds, as its head says. */
async function lengthOf(file: Blob): Promise<number> {
  const audio = new Audio();
  audio.preload = "metadata";
  audio.src = URL.createObjectURL(file);
  try {
    await new Promise((known, failed) => {
      audio.onloadedmetadata = known;
      audio.onerror = failed;
    });
    return audio.duration;
  } finally {
    URL.revokeObjectURL(audio.src);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function mono(sound: AudioBuffer): Float32Array<ArrayBuffer> {
  const mix = new Float32Array(sound.length);
  for (let channel = 0; channel < sound.numberOfChannels; channel++) {
    const samples = sound.getChannelData(channel);
    for (let i = 0; i < mix.length; i++) mix[i] = (mix[i] ?? 0) + (samples[i] ?? 0) / sound.numberOfChannels;
  }
  return mix;
}

async function encoded(samples: Float32Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packets: Uint8Array[] = [];
  let head = new Uint8Array();
  let fault: unknown = null;
  const encoder = new AudioEncoder({
    output: (chunk, more) => {
      const packet = new Uint8Array(chunk.byteLength);
      chunk.copyTo(packet);
      packets.push(packet);
      const told = more?.decoderConfig?.description;
      if (told) head = Uint8Array.from(ArrayBuffer.isView(told) ? bytesOf(told) : new Uint8Array(told));
    },
    error: (error) => {
      fault = error;
    },
  });
  encoder.configure({ codec: "opus", sampleRate: RATE_HZ, numberOfChannels: 1, bitrate: BITS_PER_S });
  // The encoder is behind by what it looks ahead: silence drives the last of the sound out of it.
  const length = Math.ceil(samples.length / PIECE + 0.1) * PIECE;
  const padded = new Float32Array(length);
  padded.set(samples);
  for (let at = 0; at < length; at += PIECE) {
    const data = padded.subarray(at, at + PIECE);
    const timestamp = (at / RATE_HZ) * 1e6;
    const piece = new AudioData({
      format: "f32",
      sampleRate: RATE_HZ,
      numberOfFrames: PIECE,
      numberOfChannels: 1,
      timestamp,
      data,
    });
    encoder.encode(piece);
    piece.close();
  }
  await encoder.flush();
  encoder.close();
  if (fault || head.length === 0) throw fault ?? new Error("no head");
  return oggOpus(head, packets, samples.length);
}
