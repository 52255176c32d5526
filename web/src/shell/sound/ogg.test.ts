import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isOggOpus, oggOpus } from "./ogg.ts";

const TONE = readFileSync(new URL("../../../../crates/media/sounds/pause.opus", import.meta.url));

/** The packets of a file, by its pages: this one has no packet on two of them. */
function packetsOf(file: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at < file.length; ) {
    const count = file[at + 26] ?? 0;
    const lacing = file.subarray(at + 27, at + 27 + count);
    at = start = at + 27 + count;
    for (const length of lacing) {
      at += length;
      if (length < 255) {
        packets.push(file.subarray(start, at));
        start = at;
      }
    }
  }
  return packets;
}

test("what is packed anew is played to the same samples", () => {
  const [head = new Uint8Array(), , ...packets] = packetsOf(TONE);
  const folder = mkdtempSync(join(tmpdir(), "ogg-"));
  const decoded = (name: string, file: Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, file);
    const args = ["-v", "warning", "-xerror", "-i", path, "-f", "s16le", "-"];
    return execFileSync("ffmpeg", args, { maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "inherit"] });
  };

  const before = decoded("before.opus", TONE);
  const again = decoded("again.opus", oggOpus(head, packets, before.length / 2));

  expect(packets.length).toBeGreaterThan(100);
  expect(again.equals(before)).toBe(true);
});

test("what is Ogg Opus is known by its head", () => {
  expect(isOggOpus(TONE)).toBe(true);
  expect(isOggOpus(TONE.subarray(0, 30))).toBe(false);
  expect(isOggOpus(new Uint8Array())).toBe(false);
});
