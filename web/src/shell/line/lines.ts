/** A speaker's seat: one microphone, a line to each stage, one truth, and one of the returns to hear. */
import { signal } from "@preact/signals";
import { player, spokesman } from "../../studio/pair.ts";
import type { Truth } from "../../studio/truth.ts";
import type { Way } from "../../studio/way.ts";
import type { Link, Trouble } from "../../studio/whip.ts";
import { Microphone } from "../microphone.ts";
import { Line } from "./line.ts";

const STAGES = [1, 2];

export class Lines {
  readonly link = signal<Link>("idle");
  readonly trouble = signal<Trouble | null>(null);
  readonly truth = signal<Truth | null>(null);
  readonly way = signal<Way | null>(null);
  readonly muted = signal(false);
  readonly silence_ms = signal(0);
  /** Whoever sits here said that they hear the stage; so does every line that comes after. */
  readonly hears = signal(false);
  readonly microphone = new Microphone(() => this.#gone());
  #lines: Line[];
  #others: HTMLAudioElement;
  /** Whether a microphone is wanted at all. */
  #speaking: boolean;
  #listens: string[] = [];
  #cues: string[] = [];
  #asked = false;
  #asking: Promise<string | null> | null = null;
  #speaks = 0;
  #plays = 0;

  /**
   * `address`: where to offer lines. `others`: the element that plays what the others say. `speaking`: whether
   * the microphone is opened with the line, or only for a cue.
   */
  constructor(address: string, others: HTMLAudioElement, speaking = true) {
    this.#others = others;
    this.#speaking = speaking;
    const around = {
      ask: () => this.#ask(),
      let_go: () => this.#letGo(),
      track: () => this.microphone.track,
      muted: () => this.muted.value,
      says: () => this.#says(),
      changed: () => this.#changed(),
    };
    this.#lines = STAGES.map((stage) => new Line(`${address}?stage=${stage}`, around));
  }

  sit = (): void => this.#each((line) => line.sit());
  leave = (): void => this.#each((line) => line.leave());

  get isSeated(): boolean {
    return this.link.value !== "idle" && this.link.value !== "refused";
  }

  confirmHearing = (): void => {
    this.hears.value = true;
    this.#tell();
  };

  /** Hear these seats alone, on air or not; none: what is to be heard here anyway. */
  listenTo(seats: string[]): void {
    this.#listens = seats;
    this.#tell();
  }

  /** Speak to these seats, and to nobody else. Answers with the name of what went wrong with the microphone. */
  async cue(seats: string[]): Promise<string | null> {
    this.#cues = seats;
    const error = seats.length > 0 && !this.microphone.track ? await this.microphone.open() : null;
    if (error !== null) this.#cues = [];
    // Looked at again: it may have been taken back while the browser asked.
    if (this.#cues.length === 0 && !this.#speaking) this.microphone.close();
    await Promise.all(this.#lines.map((line) => line.replaceTrack()));
    this.#tell();
    return error;
  }

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

  /** A line that only listens goes on without a microphone. */
  #gone(): void {
    if (this.#speaking) this.#each((line) => line.microphoneGone());
    else void this.cue([]);
  }

  #each(task: (line: Line) => void): void {
    this.#lines.forEach(task);
  }

  /** All lines ask at once; people are asked once. */
  #ask(): Promise<string | null> {
    if (!this.#speaking) return Promise.resolve(null);
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
    this.way.value = told.way;
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
    this.#tell();
  }

  #tell(): void {
    this.#each((line) => line.tellAll());
  }

  /** All that holds now, as spec/live.md has it. */
  #says(): Record<string, unknown>[] {
    const says: Record<string, unknown>[] = [{ muted: this.muted.value }];
    if (this.hears.value) says.push({ hears: true });
    if (this.#asksMore) says.push({ listen: this.#listens }, { cue: this.#cues });
    return says;
  }

  /** Once asked, told until it is taken back. */
  get #asksMore(): boolean {
    this.#asked ||= this.#listens.length > 0 || this.#cues.length > 0;
    return this.#asked;
  }
}
