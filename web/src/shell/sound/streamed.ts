/**
 * The live stream as sound: an audio element, a buffer and a connection, doing what the player says.
 * Driven by what arrives and by media events; its one timer is for patience, never for sound.
 */
import type { MediaTime, PublicState } from "../../flow.ts";
import { BoxSplitter, PeerFault } from "../../listener/boxes.ts";
import type { Phase, PlayerInput, PlayerOutput } from "../../listener/player/player.ts";
import { Player } from "../../listener/player/player.ts";
import { Timeline } from "../../listener/timeline.ts";
import { after, monotonic } from "../clock.ts";
import { streamAddress } from "../place.ts";
import { SoundBuffer } from "./soundbuffer.ts";
import type { OpenStream } from "./stream.ts";
import { openStream } from "./stream.ts";
import type { Way } from "./way.ts";

const REBUILD_MS = 500;

export class Streamed implements Way {
  phase: Phase = "resting";
  readonly timeline = new Timeline();
  #audio: HTMLAudioElement;
  #player = new Player();
  #buffer: SoundBuffer | null = null;
  #stream: OpenStream | null = null;
  #address = "";
  #buffer_ms = 1080;
  #cancel = () => {};
  #moved: () => void;
  #left = new AbortController();

  /** `moved` is called whenever the playhead or the phase may have. */
  constructor(audio: HTMLAudioElement, moved: () => void) {
    this.#audio = audio;
    this.#moved = moved;
    const { signal } = this.#left;
    for (const event of ["timeupdate", "waiting", "playing", "seeked", "stalled"])
      audio.addEventListener(event, () => this.#playhead(), { signal });
    audio.addEventListener("error", () => this.#rebuild(), { signal });
  }

  tune(state: PublicState): void {
    this.#tune(streamAddress(state), state.buffer_ms);
  }

  listen(): void {
    this.#do({ kind: "listen" });
  }

  end(): void {
    this.#do({ kind: "end" });
  }

  close(): void {
    this.#do({ kind: "rest" });
    this.#cancel();
    this.#left.abort();
    this.#stream?.close();
  }

  /** What is being heard, or null while nothing is. */
  get at(): MediaTime | null {
    return this.#buffer && this.#audio.currentTime > 0 ? this.#audio.currentTime : null;
  }

  #tune(address: string, buffer_ms: number): void {
    this.#address = address;
    this.#buffer_ms = buffer_ms;
    this.#do({ kind: "tune", buffer_ms });
  }

  #newBuffer(): SoundBuffer {
    return new SoundBuffer(this.#audio, {
      settled: () => {
        this.#playhead();
        this.#do({ kind: "settled" });
      },
      refused: () => this.#do({ kind: "refused" }),
      gone: () => this.#rebuild(),
    });
  }

  #do(input: PlayerInput): void {
    this.#player.handle(input, monotonic());
    for (let out = this.#player.poll(); out; out = this.#player.poll()) this.#perform(out);
    this.#cancel();
    const deadline = this.#player.deadline();
    if (deadline !== null) this.#cancel = after(deadline - monotonic(), () => this.#do({ kind: "tick" }));
    this.phase = this.#player.phase;
    this.#moved();
  }

  #perform(out: PlayerOutput): void {
    if (out.kind === "open") this.#open(out.from);
    else if (out.kind === "close") this.#stream?.close();
    else if (out.kind === "append") this.#buffer?.append(out.bytes);
    else if (out.kind === "trim") this.#buffer?.trim(out.before);
    else if (out.kind === "seek") this.#audio.currentTime = out.to;
    else if (out.kind === "rate") this.#audio.playbackRate = out.rate;
    else if (out.kind === "play") this.#buffer ??= this.#newBuffer();
    // To pause the element is the programme's: another way may follow at once.
  }

  #open(from: number | null): void {
    const splitter = new BoxSplitter();
    const stream = openStream(from === null ? this.#address : `${this.#address}?from=${from}`, {
      bytes: (bytes) => this.#took(splitter, bytes, stream),
      closed: (status) => this.#do({ kind: "closed", status }),
    });
    this.#stream = stream;
  }

  #took(splitter: BoxSplitter, bytes: Uint8Array, stream: OpenStream): void {
    this.#playhead();
    try {
      splitter.handle(bytes);
    } catch (fault) {
      if (!(fault instanceof PeerFault)) throw fault;
      stream.close();
      this.#do({ kind: "closed", status: 0 });
      return;
    }
    for (let piece = splitter.poll(); piece; piece = splitter.poll()) {
      if (piece.kind === "part") this.timeline.add(piece.part);
      this.#do({ kind: "piece", piece });
    }
  }

  #playhead(): void {
    const { currentTime, readyState, HAVE_FUTURE_DATA } = this.#audio;
    this.#do({ kind: "playhead", at: currentTime, starved: readyState < HAVE_FUTURE_DATA });
  }

  /** The browser threw the buffer away: begin anew with an empty one. */
  #rebuild(): void {
    if (this.phase === "resting") return;
    this.#stream?.close();
    this.#player = new Player();
    this.#buffer = null;
    this.phase = "starting";
    this.#cancel();
    this.#cancel = after(REBUILD_MS, () => {
      this.#tune(this.#address, this.#buffer_ms);
      this.listen();
      void this.#audio.play().catch(() => {});
    });
  }
}
