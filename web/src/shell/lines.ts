/** A speaker's seat: one microphone, a line to each stage, one truth, and one of the returns to hear. */
import { signal } from "@preact/signals";
import { player, spokesman } from "../studio/pair.ts";
import type { Truth } from "../studio/truth.ts";
import type { Link, Trouble } from "../studio/whip.ts";
import { Line } from "./line.ts";
import { Microphone } from "./microphone.ts";

const STAGES = [1, 2];

export class Lines {
  readonly link = signal<Link>("idle");
  readonly trouble = signal<Trouble | null>(null);
  readonly truth = signal<Truth | null>(null);
  readonly muted = signal(false);
  readonly silence_ms = signal(0);
  /** Whoever sits here said that they hear the stage; so does every line that comes after. */
  readonly hears = signal(false);
  readonly microphone = new Microphone(() => this.#each((line) => line.microphoneGone()));
  #lines: Line[];
  #others: HTMLAudioElement;
  #asking: Promise<string | null> | null = null;
  #speaks = 0;
  #plays = 0;

  /** `address`: where to offer lines. `others`: the element that plays what the others say. */
  constructor(address: string, others: HTMLAudioElement) {
    this.#others = others;
    const around = {
      ask: () => this.#ask(),
      let_go: () => this.#letGo(),
      track: () => this.microphone.track,
      muted: () => this.muted.value,
      hears: () => this.hears.value,
      changed: () => this.#changed(),
    };
    this.#lines = STAGES.map((stage) => new Line(`${address}?stage=${stage}`, around));
  }

  sit = (): void => this.#each((line) => line.sit());
  leave = (): void => this.#each((line) => line.leave());

  confirmHearing = (): void => {
    this.hears.value = true;
    this.#each((line) => line.tellHears());
  };

  /** From the stage whose return is played: the tone is to be heard once. */
  playTone = (): void => this.#lines[this.#plays]?.tell({ tone: true });

  mute(muted: boolean): void {
    this.muted.value = muted;
    this.#tellMuted();
  }

  /** Another microphone, or other processing, without leaving the seat. */
  async useMicrophone(): Promise<void> {
    if (!this.microphone.track) return;
    const error = await this.microphone.open();
    if (error !== null) return this.#each((line) => line.microphoneGone());
    this.#tellMuted();
    await Promise.all(this.#lines.map((line) => line.replaceTrack()));
  }

  #each(task: (line: Line) => void): void {
    this.#lines.forEach(task);
  }

  /** All lines ask at once; people are asked once. */
  #ask(): Promise<string | null> {
    this.#asking ??= this.microphone.open().then((error) => {
      this.#asking = null;
      this.#tellMuted();
      return error;
    });
    return this.#asking;
  }

  /** The microphone stays open as long as one line wants it. */
  #letGo(): void {
    if (this.#lines.every((line) => line.isOut)) this.microphone.close();
  }

  #changed(): void {
    const all = this.#lines.map(({ standing }) => standing);
    this.#speaks = spokesman(all, this.#speaks);
    const told = all[this.#speaks];
    if (!told) return;
    this.link.value = told.link;
    this.trouble.value = told.trouble;
    this.truth.value = told.truth;
    this.silence_ms.value = told.silence_ms;
    this.#plays = player(all, this.#plays);
    this.#play(this.#lines[this.#plays]?.others ?? null);
  }

  #play(stream: MediaStream | null): void {
    if (this.#others.srcObject === stream) return;
    this.#others.srcObject = stream;
    if (stream) this.#others.play().catch(() => {});
  }

  #tellMuted(): void {
    const { track } = this.microphone;
    if (track) track.enabled = !this.muted.value;
    this.#each((line) => line.tellMuted());
  }
}
