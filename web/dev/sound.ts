/** The demo's two voices as one programme: Opus packets, the level of each, and who is heard in it. */
import { execFileSync } from "node:child_process";

const FRAME_SAMPLES = 960;
const VOICES = ["ana", "ben"];
const folder = new URL("../../src/hustings/voices/", import.meta.url).pathname;

export interface Sound {
  packets: Uint8Array[];
  levels_db: number[];
  voices: string[][];
}

const ffmpeg = (args: string[]): Buffer =>
  execFileSync("ffmpeg", ["-v", "error", ...args, "-"], { maxBuffer: 1 << 28 });

export function demoSound(): Sound {
  const inputs = VOICES.flatMap((name) => ["-i", `${folder}${name}.opus`]);
  const mix = [
    "-filter_complex",
    "amix=2:normalize=0,volume=5dB,alimiter=limit=0.8",
    "-ac",
    "1",
    "-ar",
    "48000",
  ];
  const opus = ["-c:a", "libopus", "-b:a", "48k", "-frame_duration", "20", "-f", "ogg"];
  const packets = oggPackets(ffmpeg([...inputs, ...mix, ...opus])).slice(2);
  const whole = packets.length - (packets.length % 12);
  const each = VOICES.map((name) => levels(ffmpeg(["-i", `${folder}${name}.opus`, "-f", "s16le", "-ac", "1"])));
  const mixed = levels(ffmpeg([...inputs, ...mix, "-f", "s16le"]));
  const voices = mixed.map((_, i) => VOICES.filter((_, v) => (each[v]?.[i] ?? 127) < 50));
  return { packets: packets.slice(0, whole), levels_db: mixed, voices };
}

/** How far below full scale each 20 ms is. */
function levels(pcm: Buffer): number[] {
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length >> 1);
  const out: number[] = [];
  for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
    let sum = 0;
    for (let i = at; i < at + FRAME_SAMPLES; i++) sum += (samples[i] ?? 0) ** 2;
    const rms = Math.sqrt(sum / FRAME_SAMPLES) / 32768;
    out.push(rms > 0 ? Math.min(127, Math.round(-20 * Math.log10(rms))) : 127);
  }
  return out;
}

function oggPackets(ogg: Buffer): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const open: Buffer[] = [];
  for (let at = 0; at + 27 <= ogg.length; ) {
    const laces = ogg.subarray(at + 27, at + 27 + (ogg[at + 26] ?? 0));
    at += 27 + laces.length;
    for (const lace of laces) {
      open.push(ogg.subarray(at, at + lace));
      at += lace;
      if (lace < 255) packets.push(new Uint8Array(Buffer.concat(open.splice(0))));
    }
  }
  return packets;
}
