import { describe, expect, test } from "vitest";
import { PART_S, startOf } from "../../flow.ts";
import { listening, unbroken } from "../../testing/evening.ts";
import { seeded } from "../../testing/parts.ts";

describe("a quiet evening", () => {
  test("sound starts a buffer behind the newest part and stays there", () => {
    const evening = listening();

    evening.run(20);

    expect(evening.opened).toEqual([null]);
    expect(evening.seeks).toHaveLength(1);
    expect(evening.rates).toEqual([]);
    expect(evening.lag).toBeGreaterThan(0.8);
    expect(evening.lag).toBeLessThan(1.4);
    expect(evening.player.phase).toBe("playing");
  });

  test("old sound leaves the buffer, what is in hand stays", () => {
    const evening = listening();

    evening.run(100);

    expect(evening.kept.length).toBeLessThan(32 / PART_S);
    expect(unbroken(evening.kept)).toBe(true);
  });

  test("resting closes the stream, and whoever comes back hears the room as it is now", () => {
    const evening = listening();
    evening.run(5);

    evening.do({ kind: "rest" });
    evening.run(30);
    evening.do({ kind: "listen" });
    evening.run(3);

    expect(evening.opened).toEqual([null, null]);
    expect(evening.lag).toBeLessThan(1.4);
    expect(unbroken(evening.kept)).toBe(true);
  });
});

describe("a broken connection", () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))("loses and repeats nothing, seed %i", (seed) => {
    const random = seeded(seed);
    const evening = listening();
    evening.cut = (bytes) => {
      const cuts = Array.from({ length: 3 }, () => Math.floor(random() * bytes.length)).sort((a, b) => a - b);
      return [0, ...cuts]
        .map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length))
        .filter((b) => b.length > 0);
    };

    for (let i = 0; i < 6; i++) {
      evening.run(0.5 + random() * 3);
      evening.break();
      evening.link_up = random() > 0.5;
      evening.run(random() * 0.6);
      evening.link_up = true;
    }
    evening.run(3);

    expect(unbroken(evening.kept)).toBe(true);
    expect(new Set(evening.kept).size).toBe(evening.kept.length);
    expect(evening.seeks).toHaveLength(1);
    expect(evening.player.last).toBe(evening.newest);
  });

  test("is opened again at once from the next part, then with growing patience up to two seconds", () => {
    const evening = listening();
    evening.run(5);
    const last = evening.player.last ?? 0;
    const times: number[] = [];
    const open = evening.open.bind(evening);
    evening.open = (from, elsewhere) => {
      times.push(evening.now);
      open(from, elsewhere);
    };

    evening.link_up = false;
    const broken_at = evening.now;
    evening.break();
    evening.run(9);

    expect(evening.opened.slice(1)).toEqual(Array(times.length).fill(last + 1));
    expect(times[0]).toBe(broken_at);
    const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(waits).toEqual([120, 220, 420, 820, 1620, 2020, 2020]);
  });

  test("is noticed after two seconds without a part", () => {
    const evening = listening();
    evening.run(5);

    evening.stream_flows = false;
    evening.run(1.7);
    const before = evening.opened.length;
    evening.run(0.5);

    expect(before).toBe(1);
    expect(evening.opened.length).toBe(2);
  });

  test("is noticed before the sound is used up where there is another edge, and there only after two seconds", () => {
    const evening = listening();
    evening.do({ kind: "tune", buffer_ms: 1080, elsewhere: true });
    evening.run(5);
    const moves: [number, boolean][] = [];
    const perform = evening.open.bind(evening);
    evening.open = (from, elsewhere) => {
      moves.push([evening.now, elsewhere]);
      perform(from, elsewhere);
    };

    const silent_at = evening.now;
    evening.stream_flows = false;
    evening.run(3.5);

    expect(moves.map(([, elsewhere]) => elsewhere)).toEqual([true, true]);
    const [first = 0, second = 0] = moves.map(([at]) => at - silent_at);
    expect(first).toBeLessThanOrEqual(840);
    expect(second - first).toBeGreaterThanOrEqual(2000);
  });

  test("that lasts ten minutes ends with the room as it is now", () => {
    const evening = listening();
    evening.run(5);

    evening.link_up = false;
    evening.break();
    evening.run(600);
    const phase = evening.player.phase;
    evening.link_up = true;
    evening.run(6);

    expect(phase).toBe("stalled");
    expect(evening.player.phase).toBe("playing");
    expect(evening.opened.at(-1)).toBeNull();
    expect(evening.lag).toBeLessThan(1.5);
  });

  test("is not mended when the evening is over", () => {
    const evening = listening();
    evening.run(5);

    evening.do({ kind: "end" });
    evening.break();
    evening.run(10);

    expect(evening.opened).toEqual([null]);
  });
});

describe("drift and gaps", () => {
  test("a short outage is caught up gently, without a jump", () => {
    const evening = listening();
    evening.run(5);

    evening.stream_flows = false;
    evening.run(4.5);
    evening.stream_flows = true;
    evening.run(2);
    const rate = evening.rate;
    evening.run(90);

    expect(rate).toBe(1.05);
    expect(evening.rate).toBe(1);
    expect(evening.seeks).toHaveLength(1);
    expect(evening.lag).toBeLessThan(1.6);
  });

  test("a lag of more than eight seconds is jumped over", () => {
    const evening = listening();
    evening.run(5);

    evening.playing = false;
    evening.run(7.2);
    evening.playing = true;
    evening.run(1);

    expect(evening.seeks).toHaveLength(2);
    expect(evening.lag).toBeLessThan(1.5);
  });

  test("a part that never was is stepped over", () => {
    const evening = listening();
    evening.run(5);
    const missing = evening.newest + 3;

    evening.skip = (no) => no === missing;
    evening.run(10);

    expect(evening.seeks).toHaveLength(2);
    expect(evening.seeks[1]).toBeCloseTo(startOf(missing + 1), 3);
    expect(evening.player.phase).toBe("playing");
  });

  test("a buffer that ran thin fills again", () => {
    const evening = listening();
    evening.run(5);

    evening.at += 0.8;
    evening.run(0.5);
    const rate = evening.rate;
    evening.run(60);

    expect(rate).toBe(0.96);
    expect(evening.rate).toBe(1);
    expect(evening.lag).toBeGreaterThan(0.8);
  });

  test("a stream whose numbers begin anew is played from its start", () => {
    const evening = listening();
    evening.run(5);

    evening.now -= 3_600_000;
    evening.next = evening.newest;
    evening.run(5);

    expect(evening.player.phase).toBe("playing");
    expect(evening.lag).toBeLessThan(1.7);
  });
});

test("a full buffer loses no part: old sound makes room, the same bytes come again", () => {
  const evening = listening();
  evening.run(8);
  let refusals = 0;
  const append = evening.append.bind(evening);

  evening.append = (bytes) => {
    if (refusals++ < 3) evening.later(() => evening.do({ kind: "refused" }));
    else append(bytes);
  };
  evening.run(10);

  expect(refusals).toBeGreaterThan(3);
  expect(unbroken(evening.kept)).toBe(true);
  expect(evening.player.phase).toBe("playing");
});
