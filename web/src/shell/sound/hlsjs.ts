/** LL-HLS through hls.js, which is fetched when it is needed and not before. Facts come in its metadata events. */
import type Hls from "hls.js";
import type { ErrorData, Fragment, FragParsingMetadataData } from "hls.js";
import type { MediaTime, PublicState } from "../../flow.ts";
import { partNear } from "../../flow.ts";
import { factsOfTag } from "../../listener/facts.ts";
import type { Phase } from "../../listener/player/player.ts";
import { Timeline } from "../../listener/timeline.ts";
import type { Way } from "./way.ts";

export const fetchHlsJs = (): Promise<typeof import("hls.js/light")> => import("hls.js/light");

export class HlsJs implements Way {
  phase: Phase = "resting";
  readonly timeline = new Timeline();
  #audio: HTMLAudioElement;
  #moved: () => void;
  #failed: () => void;
  #address = "";
  #hls: Hls | null = null;
  #left = new AbortController();

  constructor(audio: HTMLAudioElement, moved: () => void, failed: () => void) {
    this.#audio = audio;
    this.#moved = moved;
    this.#failed = failed;
    const { signal } = this.#left;
    for (const event of ["playing", "timeupdate"])
      audio.addEventListener(event, () => this.#is("playing"), { signal });
    audio.addEventListener("waiting", () => this.#is("stalled"), { signal });
  }

  get at(): MediaTime | null {
    const date = this.#hls?.playingDate;
    return date ? date.getTime() / 1000 : null;
  }

  tune(state: PublicState): void {
    this.#address = state.hls ?? this.#address;
  }

  listen(): void {
    this.phase = "starting";
    this.#load().catch(() => this.#failed());
  }

  end(): void {}

  close(): void {
    this.phase = "resting";
    this.#left.abort();
    this.#hls?.destroy();
    this.#hls = null;
  }

  #is(phase: Phase): void {
    if (this.phase === "resting") return;
    if (phase !== "stalled" || this.phase === "playing") this.phase = phase;
    this.#moved();
  }

  async #load(): Promise<void> {
    const { default: Player } = await fetchHlsJs();
    if (this.#left.signal.aborted) return;
    // No worker: the pages' policy allows no script that is not a file of ours.
    const hls = new Player({ enableWorker: false, lowLatencyMode: true, backBufferLength: 10 });
    this.#hls = hls;
    hls.on(Player.Events.ERROR, (_, error) => this.#mend(hls, error));
    hls.on(Player.Events.FRAG_PARSING_METADATA, (_, parsed) => this.#note(parsed));
    hls.attachMedia(this.#audio);
    hls.loadSource(new URL(this.#address, location.href).href);
    void this.#audio.play().catch(() => {});
  }

  #mend(hls: Hls, error: ErrorData): void {
    if (!error.fatal) return;
    if (error.type === "mediaError") hls.recoverMediaError();
    else if (error.type === "networkError" && this.phase === "playing") hls.startLoad();
    else this.#failed();
  }

  #note({ frag, samples }: FragParsingMetadataData): void {
    for (const { pts, data } of samples) {
      const facts = factsOfTag(data);
      const time = mediaTime(frag, pts);
      if (facts && time !== null) this.timeline.add({ no: partNear(time), bytes: data, facts });
    }
  }
}

/** Media time of a place on the timeline of hls.js. */
function mediaTime(frag: Fragment, pts: number): MediaTime | null {
  return frag.programDateTime === null ? null : frag.programDateTime / 1000 + pts - frag.start;
}
