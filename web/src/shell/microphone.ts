/** One microphone: which ones there are, the one in use, and how loud it is. */
import { signal } from "@preact/signals";
import { s } from "../texts/studio.ts";

export interface Choice {
  id: string;
  name: string;
}

export class Microphone {
  readonly choices = signal<Choice[]>([]);
  readonly chosen = signal("");
  readonly processing = signal(true);
  track: MediaStreamTrack | null = null;
  #gone: () => void;
  #context: AudioContext | null = null;
  #meter: AnalyserNode | null = null;
  #samples = new Float32Array(1024);

  constructor(gone: () => void) {
    this.#gone = gone;
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#list());
    void this.#list();
  }

  /** Open the chosen one in place of the last. Answers with the name of what went wrong. */
  async open(): Promise<string | null> {
    if (!navigator.mediaDevices) return "Insecure";
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: this.#wish() });
      this.close();
      this.#use(stream);
      await this.#list();
      return null;
    } catch (reason) {
      return (reason as DOMException).name;
    }
  }

  close(): void {
    if (this.track) this.track.onended = null;
    this.track?.stop();
    this.track = null;
    this.#meter = null;
    void this.#context?.close();
    this.#context = null;
  }

  /** dB below full scale of the last 20 ms, as a number that grows with silence. */
  level_db(): number {
    if (!this.#meter) return 127;
    this.#meter.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, each) => sum + each * each, 0) / this.#samples.length;
    return power > 0 ? Math.min(127, -10 * Math.log10(power)) : 127;
  }

  #wish(): MediaTrackConstraints {
    const on = this.processing.value;
    const processing = { echoCancellation: on, noiseSuppression: on, autoGainControl: on };
    return {
      ...processing,
      channelCount: 1,
      deviceId: this.chosen.value ? { exact: this.chosen.value } : undefined,
    };
  }

  #use(stream: MediaStream): void {
    this.track = stream.getAudioTracks()[0] ?? null;
    if (this.track) this.track.onended = this.#gone;
    this.#context = new AudioContext();
    this.#meter = new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#context.createMediaStreamSource(stream).connect(this.#meter);
  }

  async #list(): Promise<void> {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    const inputs = devices.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "");
    this.choices.value = inputs.map(({ deviceId, label }, i) => ({
      id: deviceId,
      name: label || s("mic.no", { n: i + 1 }),
    }));
  }
}
