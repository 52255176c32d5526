import { expect, test } from "vitest";
import { box, emsg, factsJson, header, moof, part, seeded } from "../testing/parts.ts";
import type { Piece } from "./boxes.ts";
import { BoxSplitter, concat, PeerFault } from "./boxes.ts";

const NO = 155_208_333;
const FACTS = factsJson("live", NO - 9, ["ana", "ben"], [0x7f, 0x2a, 0]);
const PACKETS = Array.from({ length: 12 }, (_, i) => new Uint8Array(40 + i).fill(i));

function split(splitter: BoxSplitter, bytes: Uint8Array): Piece[] {
  splitter.handle(bytes);
  const pieces: Piece[] = [];
  for (let piece = splitter.poll(); piece; piece = splitter.poll()) pieces.push(piece);
  return pieces;
}

const splitAll = (bytes: Uint8Array) => split(new BoxSplitter(), bytes);

test("a stream yields its header and its parts with their facts, byte for byte", () => {
  const [first, second] = [part(NO, FACTS, PACKETS), part(NO + 1, null, PACKETS)];

  const pieces = splitAll(concat([header(), first, second]));

  const facts = {
    state: "live",
    since: NO - 9,
    voices: ["ana", "ben"],
    levels_db: [127, 42, 0],
    caption: null,
  };
  expect(pieces).toEqual([
    { kind: "header", bytes: header() },
    { kind: "part", part: { no: NO, bytes: first, facts } },
    { kind: "part", part: { no: NO + 1, bytes: second, facts: null } },
  ]);
});

test("any cut of the bytes yields the same pieces", () => {
  const stream = concat([header(), ...[0, 1, 2, 3].map((i) => part(NO + i, FACTS, PACKETS))]);
  const whole = splitAll(stream);

  for (let seed = 0; seed < 60; seed++) {
    const random = seeded(seed);
    const splitter = new BoxSplitter();
    const pieces: Piece[] = [];
    for (let at = 0; at < stream.length; ) {
      const end = at + 1 + Math.floor(random() ** 3 * (seed % 2 ? 30 : 900));
      pieces.push(...split(splitter, stream.subarray(at, end)));
      at = end;
    }

    expect(pieces).toEqual(whole);
  }
});

test("what an edge says between parts travels with the next part", () => {
  const said = emsg(NO, FACTS);

  const pieces = splitAll(concat([header(), said, part(NO, null, PACKETS)]));

  expect(pieces[1]).toMatchObject({ kind: "part", part: { no: NO, facts: { voices: ["ana", "ben"] } } });
});

const HOSTILE: [string, Uint8Array][] = [
  ["a size of nothing", concat([header(), Uint8Array.of(0, 0, 0, 0, 109, 100, 97, 116)])],
  ["a size of sixty-four bits", concat([header(), Uint8Array.of(0, 0, 0, 1, 109, 100, 97, 116)])],
  ["a box of gigabytes", concat([header(), Uint8Array.of(127, 0, 0, 0, 109, 100, 97, 116)])],
  ["HTML instead of a stream", new TextEncoder().encode("<!doctype html><title>Log in</title>")],
  ["a part before the header", part(NO, null, PACKETS)],
  ["two headers", concat([header(), header()])],
  ["sound without a moof", concat([header(), box("mdat", new Uint8Array(9))])],
  ["a moof without times", concat([header(), box("moof"), box("mdat")])],
  ["two numbers in one part", concat([header(), moof(NO, PACKETS, 7), box("mdat")])],
  ["a time off the grid", concat([header(), moof(NO, PACKETS, NO, NO * 11520 + 1), box("mdat")])],
  ["boxes without end", concat([header(), ...Array(9).fill(box("free", new Uint8Array(60_000)))])],
  [
    "a child that outgrows its parent",
    concat([header(), box("moof", Uint8Array.of(0, 0, 9, 0, 0, 0, 0, 0)), box("mdat")]),
  ],
];

test.each(HOSTILE)("%s is the peer's fault", (_, bytes) => {
  expect(() => splitAll(bytes)).toThrow(PeerFault);
});

test.each([
  "{",
  "null",
  "[]",
  '{"v":2,"hall":["live",1],"voices":[]}',
  '{"v":1,"hall":["gone",1],"voices":[]}',
  '{"v":1,"hall":["live","x"],"voices":[]}',
  '{"v":1,"hall":["live",1],"voices":"ana"}',
])("facts like %s are no facts, and the part is heard all the same", (json) => {
  const pieces = splitAll(concat([header(), part(NO, json, PACKETS)]));

  expect(pieces[1]).toMatchObject({ part: { no: NO, facts: null } });
});

test("voices that are no seats and levels that are no levels are left out", () => {
  const json = '{"v":1,"hall":["live",1],"voices":["ana","<b>",7,"b--c"],"level":"zz"}';

  const pieces = splitAll(concat([header(), part(NO, json, PACKETS)]));

  expect(pieces[1]).toMatchObject({ part: { facts: { voices: ["ana"], levels_db: [] } } });
});

test("random damage never does worse than a fault of the peer", () => {
  const stream = concat([header(), part(NO, FACTS, PACKETS), part(NO + 1, FACTS, PACKETS)]);

  for (let seed = 0; seed < 400; seed++) {
    const random = seeded(seed);
    const damaged = stream.slice();
    for (let i = 0; i < 6; i++) damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
    try {
      splitAll(damaged);
    } catch (fault) {
      expect(fault).toBeInstanceOf(PeerFault);
    }
  }
});
