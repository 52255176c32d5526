/** HLS as the browser itself plays it: all that an older iPhone has. Facts do not come this way. */
import type { MediaTime, PublicState } from "../../flow.ts";
import type { Phase } from "../../listener/player/player.ts";
import { Timeline } from "../../listener/timeline.ts";
import type { Way } from "./way.ts";

type DatedAudio = HTMLAudioElement & { getStartDate?: () => Date };

export class NativeHls implements Way {
  phase: Phase = "resting";
  readonly timeline = new Timeline();
  #audio: DatedAudio;
  #address = "";
  #left = new AbortController();

  constructor(audio: HTMLAudioElement, moved: () => void, failed: () => void) {
    this.#audio = audio;
    const { signal } = this.#left;
    const when = (events: string[], phase: Phase) => {
      for (const event of events)
        audio.addEventListener(
          event,
          () => {
            if (this.phase !== "resting") this.phase = phase;
            moved();
          },
          { signal },
        );
    };
    when(["playing", "timeupdate"], "playing");
    when(["waiting", "stalled"], "stalled");
    audio.addEventListener("error", failed, { signal });
  }

  get at(): MediaTime | null {
    const begun_ms = this.#audio.getStartDate?.().getTime() ?? Number.NaN;
    return Number.isFinite(begun_ms) ? begun_ms / 1000 + this.#audio.currentTime : null;
  }

  tune(state: PublicState): void {
    this.#address = state.hls ?? this.#address;
  }

  listen(): void {
    this.phase = "starting";
    this.#audio.src = this.#address;
    void this.#audio.play().catch(() => {});
  }

  end(): void {}

  close(): void {
    this.phase = "resting";
    this.#left.abort();
    this.#audio.removeAttribute("src");
    this.#audio.load();
  }
}
