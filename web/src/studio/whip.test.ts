import { describe, expect, test } from "vitest";
import { redFirst, withNack } from "./sdp.ts";
import type { Truth } from "./truth.ts";
import { isFar, mendOf, readTruth, verdict } from "./truth.ts";
import type { WhipInput, WhipOutput } from "./whip.ts";
import { Whip } from "./whip.ts";

const TRUTH: Truth = {
  ...{ state: "live", on_air: true, consent: true, heard: true, speaking: true, level_db: -21 },
  ...{ lost: 3, repaired: 2, concealed: 1, rtt_ms: 31, window_ms: 600, hears: true },
};
const yes = { kind: "answered", status: 201, location: "/whip/demo/ana/l1", sentence: "", next: "" } as const;
const no = (status: number) => ({ ...yes, status, location: null, sentence: "No.", next: "Wait." });

class Seat {
  whip = new Whip();
  now = 1000;

  do(...inputs: WhipInput[]): WhipOutput[] {
    const outputs: WhipOutput[] = [];
    for (const input of inputs) {
      this.whip.handle(input, this.now);
      for (let out = this.whip.poll(); out; out = this.whip.poll()) outputs.push(out);
    }
    return outputs;
  }

  wait(ms: number): WhipOutput[] {
    this.now += ms;
    return this.do({ kind: "tick" });
  }

  connect(): void {
    this.do({ kind: "sit" }, { kind: "asked", error: null }, { kind: "gathered" }, yes, {
      kind: "ice",
      state: "connected",
    });
    this.do({ kind: "said", truth: TRUTH });
  }
}

const kinds = (outputs: WhipOutput[]) => outputs.map(({ kind }) => kind);

describe("taking a seat", () => {
  test("asks, offers, posts, accepts and stands", () => {
    const seat = new Seat();

    expect(kinds(seat.do({ kind: "sit" }))).toEqual(["ask"]);
    expect(kinds(seat.do({ kind: "asked", error: null }))).toEqual(["offer"]);
    expect(kinds(seat.do({ kind: "gathered" }))).toEqual(["post"]);
    expect(kinds(seat.do(yes))).toEqual(["accept"]);
    seat.do({ kind: "ice", state: "connected" });

    expect(seat.whip.link).toBe("connected");
  });

  test("does not wait for candidates longer than half a second, and posts once", () => {
    const seat = new Seat();
    seat.do({ kind: "sit" }, { kind: "asked", error: null });

    expect(seat.wait(499)).toEqual([]);
    expect(kinds(seat.wait(1))).toEqual(["post"]);
    expect(seat.do({ kind: "gathered" })).toEqual([]);
  });

  test("waits longer where relays are asked for an address", () => {
    const seat = new Seat();
    seat.do({ kind: "sit" }, { kind: "asked", error: null, relays: true });

    expect(seat.wait(1499)).toEqual([]);
    expect(kinds(seat.wait(1))).toEqual(["post"]);
  });

  test("leaving ends the line at the stage and lets the microphone go", () => {
    const seat = new Seat();
    seat.connect();

    expect(seat.do({ kind: "leave" })).toEqual([
      { kind: "hang_up", location: yes.location },
      { kind: "let_go" },
    ]);
    expect(seat.whip.link).toBe("idle");
    expect(seat.whip.deadline()).toBeNull();
  });

  test("an answer that comes after leaving is hung up on", () => {
    const seat = new Seat();
    seat.do({ kind: "sit" }, { kind: "asked", error: null }, { kind: "gathered" }, { kind: "leave" });

    expect(seat.do(yes)).toEqual([{ kind: "hang_up", location: yes.location }]);
  });

  test("a microphone that is refused or pulled out leaves the seat with a reason", () => {
    const seat = new Seat();
    seat.do({ kind: "sit" }, { kind: "asked", error: "NotAllowedError" });
    expect(seat.whip.trouble).toEqual({ kind: "microphone", name: "NotAllowedError" });

    seat.connect();
    seat.do({ kind: "microphone_gone" });
    expect(seat.whip.link).toBe("refused");
    expect(seat.whip.trouble).toEqual({ kind: "microphone", name: "Gone" });
  });
});

describe("holding the line", () => {
  test.each([401, 403, 404])("a %i is for good", (status) => {
    const seat = new Seat();
    seat.do({ kind: "sit" }, { kind: "asked", error: null }, { kind: "gathered" }, no(status));

    expect(seat.whip.link).toBe("refused");
    expect(seat.whip.deadline()).toBeNull();
  });

  test.each([0, 409, 500, 503])("a %i is tried again with growing patience, up to four seconds", (status) => {
    const seat = new Seat();
    seat.do({ kind: "sit" }, { kind: "asked", error: null });
    const waits: number[] = [];

    for (let i = 0; i < 7; i++) {
      seat.do({ kind: "gathered" }, no(status));
      waits.push((seat.whip.deadline() ?? 0) - seat.now);
      expect(kinds(seat.wait(waits.at(-1) ?? 0))).toEqual(["offer"]);
    }

    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
  });

  test("a failed path is given up at once, a shaky one after three seconds", () => {
    const seat = new Seat();
    seat.connect();
    seat.do({ kind: "ice", state: "disconnected" });
    seat.now += 2999;
    seat.do({ kind: "said", truth: TRUTH });
    expect(seat.whip.link).toBe("connected");

    expect(kinds(seat.wait(1))).toEqual(["hang_up"]);
    expect(seat.whip.link).toBe("lost");

    const other = new Seat();
    other.connect();
    expect(kinds(other.do({ kind: "ice", state: "failed" }))).toEqual(["hang_up"]);
  });

  test("a shaky path that steadies is kept", () => {
    const seat = new Seat();
    seat.connect();
    seat.do({ kind: "ice", state: "disconnected" });
    seat.wait(2000);

    seat.do({ kind: "ice", state: "connected" });
    seat.wait(2500);

    expect(seat.whip.link).toBe("connected");
  });

  test("a stage whose words are held up is there as long as its sound comes", () => {
    const seat = new Seat();
    seat.connect();
    for (let n = 0; n < 10; n++) {
      seat.now += 4000;
      seat.do({ kind: "sounds" });
    }
    expect(seat.whip.link).toBe("connected");
    expect(seat.whip.silence_ms(seat.now)).toBeGreaterThan(39_000);

    expect(kinds(seat.wait(5000))).toContain("hang_up");
  });

  test("a stage that says nothing for five seconds is gone", () => {
    const seat = new Seat();
    seat.connect();

    expect(kinds(seat.wait(4999))).toEqual(["ask_after"]);
    expect(kinds(seat.wait(1))).toEqual(["hang_up"]);
  });

  test("a silent stage is asked after the line, and one that knows of none is left at once", () => {
    const seat = new Seat();
    seat.connect();

    expect(seat.wait(1499)).toEqual([]);
    expect(seat.wait(1)).toEqual([{ kind: "ask_after", location: "/whip/demo/ana/l1" }]);
    expect(kinds(seat.do({ kind: "stands", stands: false }))).toEqual(["hang_up"]);
    expect(seat.whip.link).toBe("lost");
  });

  test("a line that stands is held on to for nine seconds, shaky or not, and goes on", () => {
    const seat = new Seat();
    seat.connect();
    seat.wait(1500);
    seat.do({ kind: "stands", stands: true }, { kind: "ice", state: "disconnected" });
    for (let n = 0; n < 4; n++) {
      expect(kinds(seat.wait(1500))).toEqual(["ask_after"]);
      seat.do({ kind: "stands", stands: n % 2 === 0 ? null : true });
    }
    expect(seat.whip.link).toBe("connected");
    seat.do({ kind: "ice", state: "connected" }, { kind: "said", truth: TRUTH });
    expect(seat.wait(1499)).toEqual([]);

    seat.do({ kind: "said", truth: TRUTH });
    seat.wait(1500);
    seat.do({ kind: "stands", stands: true });
    expect(kinds(seat.wait(7499))).toEqual(["ask_after"]);
    expect(kinds(seat.wait(1))).toEqual(["hang_up"]);
  });

  test("where nobody can be asked a silent stage is gone after five seconds", () => {
    const seat = new Seat();
    seat.connect();
    seat.wait(1500);
    seat.do({ kind: "stands", stands: null });

    expect(kinds(seat.wait(3499))).toEqual(["ask_after"]);
    expect(kinds(seat.wait(1))).toEqual(["hang_up"]);
  });

  test("an answer without a path is given up after eight seconds", () => {
    const seat = new Seat();
    seat.do({ kind: "sit" }, { kind: "asked", error: null }, { kind: "gathered" }, yes);

    expect(kinds(seat.wait(8000))).toEqual(["hang_up"]);
    expect(kinds(seat.wait(250))).toEqual(["offer"]);
  });

  test("a stage that answers and cannot be reached is behind something, which is said until it can", () => {
    const seat = new Seat();
    const answered = { ...yes, port: 8002 };
    seat.do({ kind: "sit" }, { kind: "asked", error: null }, { kind: "gathered" }, answered);
    seat.wait(8000);

    expect(seat.whip.trouble).toEqual({ kind: "blocked", port: 8002 });
    expect(mendOf({ kind: "blocked", port: 8002 }).mend).toContain("8002");
    expect(mendOf({ kind: "blocked", port: null }).mend).not.toContain("null");

    seat.wait(250);
    expect(seat.whip.trouble).toEqual({ kind: "blocked", port: 8002 });
    seat.do({ kind: "gathered" }, answered, { kind: "ice", state: "connected" });
    expect(seat.whip.trouble).toBeNull();
  });

  test("a line that stood and is lost is not called blocked", () => {
    const seat = new Seat();
    seat.connect();
    seat.do({ kind: "ice", state: "failed" });

    expect(seat.whip.trouble).toBeNull();
  });
});

describe("the truth", () => {
  const now = { link: "connected", trouble: null, truth: TRUTH, muted: false, silence_ms: 100 } as const;

  test("is on air only when the stage says both on air and heard", () => {
    for (const on_air of [true, false])
      for (const heard of [true, false]) {
        const { standing } = verdict({ ...now, truth: { ...TRUTH, on_air, heard } });
        expect(standing === "air").toBe(on_air && heard);
      }
  });

  test("never says that the room hears somebody muted, lost, stale or gone", () => {
    const others = [
      { ...now, muted: true },
      { ...now, silence_ms: 1501 },
      { ...now, truth: null },
      ...(["idle", "asking", "offering", "connecting", "lost", "refused"] as const).map((link) => ({
        ...now,
        link,
      })),
    ];

    for (const each of others)
      expect(verdict(each)).toMatchObject({ standing: "off", headline: "The room does not hear you" });
  });

  test("says why when doors are open, paused or the microphone is silent", () => {
    const reason = (truth: Partial<Truth>) =>
      verdict({ ...now, truth: { ...TRUTH, on_air: false, ...truth } }).reason;

    expect(reason({ state: "doors" })).toContain("not begun");
    expect(reason({ state: "paused", heard: false })).toContain("paused");
    expect(reason({ state: "live", heard: false })).toContain("silence");
  });

  test("says why whoever has not agreed to be recorded is not heard, and what to do", () => {
    const said = verdict({ ...now, truth: { ...TRUTH, on_air: false, consent: false } });

    expect(said.standing).toBe("off");
    expect(said.reason).toContain("recorded");
    expect(readTruth('{"v":1,"state":"live"}')?.consent).toBe(true);
    expect(readTruth('{"v":1,"state":"live"}')?.hears).toBe(true);
    expect(readTruth('{"v":1,"state":"live","proof":{"hears":"no"}}')?.hears).toBe(false);
    expect(readTruth('{"v":1,"state":"live","proof":{"hears":"echo"}}')?.hears).toBe(true);
  });

  test("a message that is not one of ours says nothing", () => {
    expect(readTruth(JSON.stringify({ v: 1, ...TRUTH }))).toEqual(TRUTH);
    for (const text of ["", "{", "null", '{"v":2}', '{"v":1,"state":"on"}', 7])
      expect(readTruth(text)).toBeNull();
    expect(readTruth('{"v":1,"state":"live","heard":"yes"}')?.heard).toBe(false);
  });

  test("a line is far where what it loses may come back too late", () => {
    expect(isFar({ ...TRUTH, rtt_ms: 200, window_ms: 600 })).toBe(false);
    expect(isFar({ ...TRUTH, rtt_ms: 300, window_ms: 600 })).toBe(true);
    expect(isFar({ ...TRUTH, rtt_ms: 300, window_ms: 2000 })).toBe(false);
    expect(isFar({ ...TRUTH, rtt_ms: 300, window_ms: 0 })).toBe(false);
  });

  test("every trouble has a mend", () => {
    for (const name of ["Insecure", "NotAllowedError", "NotFoundError", "Gone", "SomethingNew"])
      expect(mendOf({ kind: "microphone", name }).mend).not.toBe("");
    expect(mendOf({ kind: "stage", status: 0, sentence: "", next: "" }).what).toBe(
      "The stage cannot be reached.",
    );
  });
});

describe("the offer", () => {
  const SDP =
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=rtpmap:63 red/48000/2\r\n";

  test("asks for repeats of lost Opus packets, once", () => {
    const asked = withNack(SDP);

    expect(asked).toContain(
      "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\na=rtcp-fb:111 transport-cc\r\n",
    );
    expect(withNack(asked)).toBe(asked);
    expect(withNack("m=audio 9 RTP/AVP 0\r\n")).toBe("m=audio 9 RTP/AVP 0\r\n");
  });

  test("prefers redundant coding, then Opus", () => {
    const codecs = ["audio/PCMU", "audio/opus", "audio/red", "audio/CN"].map((mimeType) => ({ mimeType }));

    expect(redFirst(codecs).map(({ mimeType }) => mimeType)).toEqual([
      "audio/red",
      "audio/opus",
      "audio/PCMU",
      "audio/CN",
    ]);
  });
});
