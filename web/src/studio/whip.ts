/**
 * The line from a speaker's page to the stage: idle → asking → offering → connecting → connected → lost → …
 * Sans-IO; the shell owns microphone, peer connection and requests. It retries until it is told to leave or
 * told no for good (a pass that will not get better by waiting).
 */
import type { MonotonicMs } from "../flow.ts";
import type { Truth } from "./truth.ts";

const GATHER_MS = 500;
/** An address at a relay takes longer, where the way to it is blocked too. */
const GATHER_RELAYED_MS = 1500;
const CONNECT_MS = 8000;
const DISCONNECTED_MS = 3000;
const SILENT_MS = 5000;
/** After so long without a sign a stage is asked by the other way whether the line still stands there, and again. */
const ASK_AFTER_MS = 1500;
const ASK_EVERY_MS = 1500;
/** A line that stands is held on to for longer: it goes on when the way is free again, and what was lost is asked for. */
const HELD_MS = 9000;
const BACKOFF_MS_MIN = 250;
const BACKOFF_MS_MAX = 4000;
const FOR_GOOD = [401, 403, 404];

export type Link = "idle" | "asking" | "offering" | "connecting" | "connected" | "lost" | "refused";
export type Trouble =
  | { kind: "microphone"; name: string }
  | { kind: "stage"; status: number; sentence: string; next: string }
  /** The stage answers by HTTP, and nothing gets through to where it takes sound. */
  | { kind: "blocked"; port: number | null };

export type WhipInput =
  | { kind: "sit" }
  | { kind: "leave" }
  | { kind: "asked"; error: string | null; relays?: boolean }
  | { kind: "microphone_gone" }
  | { kind: "gathered" }
  | {
      kind: "answered";
      status: number;
      location: string | null;
      sentence: string;
      next: string;
      port?: number | null;
    }
  | { kind: "ice"; state: RTCPeerConnectionState }
  | { kind: "said"; truth: Truth }
  | { kind: "sounds" }
  | { kind: "stands"; stands: boolean | null }
  | { kind: "tick" };

export type WhipOutput =
  | { kind: "ask" }
  | { kind: "offer" }
  | { kind: "post" }
  | { kind: "accept" }
  | { kind: "ask_after"; location: string }
  | { kind: "hang_up"; location: string | null }
  | { kind: "let_go" };

export class Whip {
  link: Link = "idle";
  trouble: Trouble | null = null;
  truth: Truth | null = null;
  #location: string | null = null;
  #failures = 0;
  #gather_ms = GATHER_MS;
  #port: number | null = null;
  #posted = false;
  #deadline: MonotonicMs | null = null;
  #disconnected_at: MonotonicMs | null = null;
  #said_at: MonotonicMs = 0;
  /** When its sound was heard last: where much is lost its words are held up, and it is there all the same. */
  #sounded_at: MonotonicMs = 0;
  /** What the stage answered last when it was asked after the line; and when that is next. */
  #stands = false;
  #ask_at: MonotonicMs = 0;
  #out: WhipOutput[] = [];

  handle(input: WhipInput, now: MonotonicMs): void {
    switch (input.kind) {
      case "sit":
        if (this.link === "idle" || this.link === "refused") this.#ask();
        break;
      case "leave":
        this.#stop("idle", null);
        break;
      case "asked":
        this.#gather_ms = input.relays ? GATHER_RELAYED_MS : GATHER_MS;
        this.#asked(input.error, now);
        break;
      case "microphone_gone":
        if (this.link !== "idle") this.#stop("refused", { kind: "microphone", name: "Gone" });
        break;
      case "gathered":
        if (this.link === "offering") this.#post(now);
        break;
      case "answered":
        this.#answered(input, now);
        break;
      case "ice":
        this.#ice(input.state, now);
        break;
      case "sounds":
        this.#sounded_at = now;
        this.#alive(now);
        break;
      case "stands":
        if (this.link !== "connected") break;
        // Nobody answered, and nobody says that it is gone.
        this.#stands = input.stands ?? this.#stands;
        if (input.stands === false) this.#lose(null, now);
        break;
      case "said":
        this.#said(input.truth, now);
    }
    this.#tick(now);
  }

  poll(): WhipOutput | null {
    return this.#out.shift() ?? null;
  }

  deadline(): MonotonicMs | null {
    const alive_at = Math.max(this.#said_at, this.#sounded_at);
    const connected = this.link === "connected";
    const silent = connected ? alive_at + (this.#stands ? HELD_MS : SILENT_MS) : null;
    const shaky = this.#disconnected_at !== null && !this.#stands;
    const gone = shaky ? (this.#disconnected_at ?? 0) + DISCONNECTED_MS : null;
    const ask = connected && this.#location !== null ? this.#ask_at : null;
    const all = [this.#deadline, silent, gone, ask].filter((each) => each !== null);
    return all.length === 0 ? null : Math.min(...all);
  }

  /** Milliseconds since the stage last said anything. */
  silence_ms(now: MonotonicMs): number {
    return now - this.#said_at;
  }

  #alive(now: MonotonicMs): void {
    this.#stands = false;
    this.#ask_at = now + ASK_AFTER_MS;
  }

  #ask(): void {
    this.link = "asking";
    this.trouble = null;
    this.#failures = 0;
    this.#out.push({ kind: "ask" });
  }

  #asked(error: string | null, now: MonotonicMs): void {
    if (this.link !== "asking") return;
    if (error !== null) this.#stop("refused", { kind: "microphone", name: error });
    else this.#offer(now);
  }

  #offer(now: MonotonicMs): void {
    this.link = "offering";
    this.#posted = false;
    this.#deadline = now + this.#gather_ms;
    this.#out.push({ kind: "offer" });
  }

  #post(now: MonotonicMs): void {
    if (this.#posted) return;
    this.#posted = true;
    this.link = "connecting";
    this.#deadline = now + CONNECT_MS + 1000;
    this.#out.push({ kind: "post" });
  }

  #answered(answer: Extract<WhipInput, { kind: "answered" }>, now: MonotonicMs): void {
    if (this.link !== "connecting") {
      if (answer.location) this.#out.push({ kind: "hang_up", location: answer.location });
      return;
    }
    if (answer.status === 201) {
      this.#location = answer.location;
      this.#port = answer.port ?? null;
      this.#deadline = now + CONNECT_MS;
      this.#out.push({ kind: "accept" });
      return;
    }
    const { status, sentence, next } = answer;
    const trouble: Trouble = { kind: "stage", status, sentence, next };
    if (FOR_GOOD.includes(status)) this.#stop("refused", trouble);
    else this.#lose(trouble, now);
  }

  #ice(state: RTCPeerConnectionState, now: MonotonicMs): void {
    if (state === "connected" && (this.link === "connecting" || this.link === "connected")) {
      if (this.link === "connecting") {
        this.#said_at = now;
        this.#alive(now);
      }
      this.link = "connected";
      this.trouble = null;
      this.#deadline = null;
      this.#disconnected_at = null;
    } else if (state === "disconnected" && this.link === "connected") {
      this.#disconnected_at ??= now;
    } else if (state === "failed" && (this.link === "connecting" || this.link === "connected")) {
      this.#lose(this.#blocked(), now);
    }
  }

  #said(truth: Truth, now: MonotonicMs): void {
    if (this.link !== "connected") return;
    this.truth = truth;
    this.#said_at = now;
    this.#alive(now);
    this.#failures = 0;
  }

  #tick(now: MonotonicMs): void {
    const deadline = this.deadline();
    if (deadline === null || now < deadline) return;
    if (this.link === "connected" && this.#location !== null && now >= this.#ask_at) {
      this.#ask_at = now + ASK_EVERY_MS;
      this.#out.push({ kind: "ask_after", location: this.#location });
      this.#tick(now);
      return;
    }
    if (this.link === "offering") this.#post(now);
    else if (this.link === "lost") this.#offer(now);
    else if (this.link === "connecting" || this.link === "connected") this.#lose(this.#blocked(), now);
  }

  /** Answered, and no way found in all that time: what lies between lets nothing through. */
  #blocked(): Trouble | null {
    const waited = this.link === "connecting" && this.#location !== null;
    return waited ? { kind: "blocked", port: this.#port } : null;
  }

  #lose(trouble: Trouble | null, now: MonotonicMs): void {
    this.#hangUp();
    this.link = "lost";
    this.trouble = trouble;
    this.#deadline = now + Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** this.#failures);
    this.#failures += 1;
  }

  #stop(link: "idle" | "refused", trouble: Trouble | null): void {
    this.#hangUp();
    this.#out.push({ kind: "let_go" });
    this.link = link;
    this.trouble = trouble;
    this.#deadline = null;
  }

  #hangUp(): void {
    this.#out.push({ kind: "hang_up", location: this.#location });
    this.#location = null;
    this.#disconnected_at = null;
    this.#stands = false;
    this.truth = null;
  }
}
