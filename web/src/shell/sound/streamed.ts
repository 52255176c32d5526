/**
 * The live stream as sound: an audio element, a buffer and a connection, doing what the player says.
 * Driven by what arrives and by media events; its one timer is for patience, never for sound.
 */
import type { MediaTime, PublicState } from "../../flow.ts";
import { BoxSplitter, PeerFault } from "../../listener/boxes.ts";
import type { Places, Told } from "../../listener/player/places.ts";
import { bufferMs } from "../../listener/player/places.ts";
import type { Phase, PlayerInput, PlayerOutput } from "../../listener/player/player.ts";
import { Player } from "../../listener/player/player.ts";
import { Timeline } from "../../listener/timeline.ts";
import { after, monotonic } from "../clock.ts";
import { SoundBuffer } from "./soundbuffer.ts";
import type { OpenStream } from "./stream.ts";
import { openStream } from "./stream.ts";
import type { Way } from "./way.ts";

const REBUILD_MS = 500;
/** Whoever stands in line, and hears nothing meanwhile, asks again after so long. */
const ASK_AGAIN_MS = 4000;

export class Streamed implements Way {
  phase: Phase = "resting";
  readonly timeline = new Timeline();
  #audio: HTMLAudioElement;
  #player = new Player();
  #buffer: SoundBuffer | null = null;
  #stream: OpenStream | null = null;
  #places: Places;
  #buffer_ms = 1080;
  /** What the edge that answers says of its writes: it counts for more than the public state. */
  #cadence: number | null = null;
  #inLine: () => void;
  #cancel = () => {};
  #moved: () => void;
  #left = new AbortController();

  /** `moved` is called whenever the playhead or the phase may have; `inLine` when there is no room yet. */
  constructor(audio: HTMLAudioElement, places: Places, moved: () => void, inLine: () => void) {
    this.#audio = audio;
    this.#places = places;
    this.#moved = moved;
    this.#inLine = inLine;
    const { signal } = this.#left;
    for (const event of ["timeupdate", "waiting", "playing", "seeked", "stalled"])
      audio.addEventListener(event, () => this.#playhead(), { signal });
    audio.addEventListener("error", () => this.#rebuild(), { signal });
  }

  tune(state: PublicState): void {
    this.#tune(this.#cadence === null ? state.buffer_ms : bufferMs(this.#cadence));
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

  #tune(buffer_ms: number): void {
    this.#buffer_ms = buffer_ms;
    this.#do({ kind: "tune", buffer_ms, elsewhere: this.#places.elsewhere });
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
    if (out.kind === "open") this.#open(out.from, out.elsewhere);
    else if (out.kind === "close") this.#stream?.close();
    else if (out.kind === "append") this.#buffer?.append(out.bytes);
    else if (out.kind === "trim") this.#buffer?.trim(out.before);
    else if (out.kind === "seek") this.#audio.currentTime = out.to;
    else if (out.kind === "rate") this.#audio.playbackRate = out.rate;
    else if (out.kind === "play") this.#buffer ??= this.#newBuffer();
    // To pause the element is the programme's: another way may follow at once.
  }

  #open(from: number | null, elsewhere: boolean): void {
    if (elsewhere) this.#places.move();
    const splitter = new BoxSplitter();
    const stream = openStream(this.#places.address(from), {
      told: (told) => this.#told(told),
      bytes: (bytes) => this.#took(splitter, bytes, stream),
      closed: (status) => this.#closed(status),
    });
    this.#stream = stream;
  }

  #told(told: Told): void {
    this.#places.told(told);
    this.#cadence = told.cadence;
    if (told.cadence !== null) this.#tune(bufferMs(told.cadence));
  }

  #closed(status: number): void {
    // An edge that is gone keeps no place: whoever had one there goes elsewhere.
    const waits = status !== 0 && this.#places.place !== null;
    this.#do({ kind: "closed", status, again_ms: waits ? ASK_AGAIN_MS : null });
    if (waits) this.#inLine();
  }

  /** Whether parts come less often than they can. */
  get later(): boolean {
    return this.#cadence !== null && this.#cadence > 1;
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
      if (piece.kind === "part") {
        this.timeline.add(piece.part);
        this.#places.heard();
      }
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
      this.#tune(this.#buffer_ms);
      this.listen();
      void this.#audio.play().catch(() => {});
    });
  }
}
