import { describe, expect, test } from "vitest";
import type { Range } from "./kept.ts";
import { Kept, readRequest } from "./kept.ts";

const FRAME = 960;

function kept(first: number, count: number): Kept {
  const kept = new Kept();
  for (let n = 0; n < count; n++)
    kept.keep((first + n * FRAME) >>> 0, 111, new Uint8Array([n & 255, 7]).buffer);
  return kept;
}

const times = (kept: Kept, ...ranges: Range[]) =>
  kept.give({ number: 9, again: ranges }).map((answer) => new DataView(answer.buffer).getUint32(3));

describe("what a page kept", () => {
  test("an answer is version, number, type, time, and the packet as it was", () => {
    const [answer] = kept(5000, 1).give({ number: 200, again: [[5000, 5001]] });

    expect([...(answer ?? [])]).toEqual([1, 200, 111, 0, 0, 0x13, 0x88, 0, 7]);
  });

  test("all that begins within what was asked for is given, and nothing else", () => {
    expect(times(kept(0, 100), [FRAME, 3 * FRAME], [7 * FRAME, 7 * FRAME + 1])).toEqual([960, 1920, 6720]);
    expect(times(kept(0, 100), [5, 5], [9, 4])).not.toContain(0);
  });

  test("time goes on past 32 bits", () => {
    const first = 2 ** 32 - 2 * FRAME;

    expect(times(kept(first, 5), [first + FRAME, FRAME])).toEqual([first + FRAME, 0]);
  });

  test("what is older than half a minute is forgotten", () => {
    const long = kept(0, 3000);

    expect(times(long, [0, 1400 * FRAME])).toEqual([]);
    expect(times(long, [1499 * FRAME, 1500 * FRAME])).toEqual([1499 * FRAME]);
  });

  test("nothing is kept while muted", () => {
    const one = kept(0, 10);
    one.mute(true);
    one.keep(20 * FRAME, 111, new ArrayBuffer(3));
    one.mute(false);
    one.keep(30 * FRAME, 111, new ArrayBuffer(3));

    expect(times(one, [0, 100 * FRAME])).toHaveLength(11);
    expect(times(one, [10 * FRAME, 100 * FRAME])).toEqual([30 * FRAME]);
  });

  test("one request is given so much and no more", () => {
    expect(times(kept(0, 1000), [0, 1000 * FRAME])).toHaveLength(256);
  });
});

describe("a stage's request", () => {
  test("is read, and what is none is not", () => {
    const again = [
      [1, 2],
      [4294967295, 3],
    ];
    expect(readRequest(JSON.stringify({ v: 1, n: 7, again }))).toEqual({ number: 7, again });
    expect(readRequest('{"v":1,"n":7,"again":[["a",2],[1.5,2],7]}')?.again).toEqual([]);
    for (const other of [
      "",
      "{",
      "[]",
      "null",
      '{"v":2,"n":1,"again":[]}',
      '{"v":1,"again":[]}',
      '{"v":1,"n":1}',
      5,
    ])
      expect(readRequest(other)).toBeNull();
  });
});
