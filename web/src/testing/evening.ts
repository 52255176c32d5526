/** One evening in virtual time, for the player's tests. */
import { startOf } from "../flow.ts";
import { BoxSplitter, concat } from "../listener/boxes.ts";
import type { PlayerInput } from "../listener/player/player.ts";
import { Player } from "../listener/player/player.ts";
import { header, part } from "./parts.ts";

const FIRST = 1_000_000;
const KEPT = 125;
const PACKETS = Array.from({ length: 12 }, () => new Uint8Array(3));

/** A room that makes a part every 240 ms, a link that can break, a browser that plays. Virtual time. */
export class Evening {
  player = new Player();
  now = 0;
  at = 0;
  playing = false;
  rate = 1;
  rates: number[] = [];
  seeks: number[] = [];
  opened: (number | null)[] = [];
  kept: number[] = [];
  splitter: BoxSplitter | null = null;
  next = 0;
  link_up = true;
  stream_flows = true;
  skip = (_no: number) => false;
  cut = (bytes: Uint8Array) => [bytes];

  constructor() {
    this.do({ kind: "tune", buffer_ms: 1080 });
  }

  get newest(): number {
    return FIRST + Math.floor(this.now / 240) - 3;
  }

  do(input: PlayerInput): void {
    this.player.handle(input, this.now);
    for (let out = this.player.poll(); out; out = this.player.poll()) {
      if (out.kind === "open") this.open(out.from, out.elsewhere);
      else if (out.kind === "close") this.splitter = null;
      else if (out.kind === "append") this.append(out.bytes);
      else if (out.kind === "trim") this.trim(out.before);
      else if (out.kind === "seek") this.seek(out.to);
      else if (out.kind === "rate") this.setRate(out.rate);
      else this.playing = out.kind === "play";
    }
  }

  setRate(rate: number): void {
    this.rate = rate;
    this.rates.push(rate);
  }

  open(from: number | null, _elsewhere: boolean): void {
    this.opened.push(from);
    if (!this.link_up) {
      this.later(() => this.do({ kind: "closed", status: 0 }));
      return;
    }
    this.splitter = new BoxSplitter();
    this.next = from === null ? this.newest - 4 : Math.max(from, this.newest - KEPT);
    this.later(() => this.send([header()]));
  }

  tasks: (() => void)[] = [];
  later(task: () => void): void {
    this.tasks.push(task);
  }

  send(pieces: Uint8Array[]): void {
    const splitter = this.splitter;
    for (const bytes of this.cut(concat(pieces))) {
      if (this.splitter !== splitter || !splitter) return;
      splitter.handle(bytes);
      for (let piece = splitter.poll(); piece; piece = splitter.poll()) this.do({ kind: "piece", piece });
    }
  }

  append(bytes: Uint8Array): void {
    const reader = new BoxSplitter();
    const has_header = bytes[4] === 102;
    reader.handle(has_header ? bytes : concat([header(), bytes]));
    for (let piece = reader.poll(); piece; piece = reader.poll())
      if (piece.kind === "part") this.kept.push(piece.part.no);
    this.later(() => this.do({ kind: "settled" }));
  }

  /** Chromium stops some 80 ms before the end of what it has. */
  stops_before_s(no: number): number {
    return this.kept.includes(no + 1) ? 0 : 0.09;
  }

  trim(before: number): void {
    this.kept = this.kept.filter((no) => startOf(no + 1) > before);
    this.later(() => this.do({ kind: "settled" }));
  }

  seek(to: number): void {
    this.seeks.push(to);
    this.at = to;
  }

  run(seconds: number): void {
    for (const end = this.now + seconds * 1000; this.now < end; ) {
      this.now += 20;
      for (const task of this.tasks.splice(0)) task();
      if (this.splitter && this.stream_flows) {
        const due: Uint8Array[] = [];
        for (; this.next <= this.newest; this.next++)
          if (!this.skip(this.next)) due.push(part(this.next, null, PACKETS));
        if (due.length > 0) this.send(due);
      }
      const to = this.at + 0.02 * this.rate;
      const moving = this.kept.some(
        (no) => to >= startOf(no) - 1e-6 && to <= startOf(no + 1) - this.stops_before_s(no),
      );
      if (this.playing && moving) this.at = to;
      this.do({ kind: "playhead", at: this.at, starved: !moving });
    }
  }

  break(): void {
    this.splitter = null;
    this.do({ kind: "closed", status: 0 });
  }

  get lag(): number {
    return startOf(this.newest + 1) - this.at;
  }
}

/** An evening with one listener who has just come in. */
export function listening(): Evening {
  const evening = new Evening();
  evening.now = 60_000;
  evening.do({ kind: "listen" });
  return evening;
}

export const unbroken = (numbers: number[]) =>
  numbers.every((no, i) => i === 0 || no === (numbers[i - 1] ?? 0) + 1);
