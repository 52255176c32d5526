/** One ear backstage: hear any line before it is on air, and speak into one guest's ear. Not here: buttons. */
import { signal } from "@preact/signals";
import { Lines } from "../shell/line/lines.ts";
import { loudspeaker } from "../shell/loudspeaker.ts";

export class Ears {
  /** The seat that is heard alone; null: all that is to be heard backstage. */
  readonly hears = signal<string | null>(null);
  /** The seat that is spoken to, off air. */
  readonly cues = signal<string | null>(null);
  /** Whether the line backstage is wanted. */
  readonly on = signal(false);
  /** What the browser said of a microphone that could not be opened; null: nothing. */
  readonly deaf = signal<string | null>(null);
  #own: Lines | null;
  #backstage: Lines;
  #speaker = loudspeaker("backstage");
  /** Whether their own microphone was on before they spoke to one alone. */
  #was_on = false;

  /** `own`: the line of their seat, in whose return they hear while they sit there. */
  constructor(hall: string, own: Lines | null) {
    this.#own = own;
    this.#backstage = new Lines(`/whip/${hall}/backstage`, this.#speaker, false);
  }

  get trouble() {
    return this.#backstage.trouble;
  }

  /** Hear the green room and the voices of the programme, or nothing any more. */
  turn = (on: boolean): void => {
    if (on) this.#open();
    else this.#close();
  };

  hear = (seat: string): void => {
    this.hears.value = this.hears.value === seat ? null : seat;
    if (this.hears.value !== null) this.#open();
    const alone = this.hears.value === null ? [] : [this.hears.value];
    this.#backstage.listenTo(alone);
    this.#own?.listenTo(alone);
  };

  /** From backstage, never from the seat: what is said there would be on air. */
  cue = async (seat: string): Promise<void> => {
    if (this.cues.value === seat) return this.#endCue();
    if (this.cues.value === null) this.#was_on = this.#own?.muted.peek() === false;
    this.cues.value = seat;
    this.#own?.mute(true);
    this.#open();
    this.deaf.value = await this.#backstage.cue([seat]);
    if (this.deaf.value !== null) await this.#endCue();
  };

  async #endCue(): Promise<void> {
    this.cues.value = null;
    await this.#backstage.cue([]);
    if (this.#was_on) this.#own?.mute(false);
    this.#was_on = false;
  }

  #close(): void {
    this.on.value = false;
    this.hears.value = null;
    for (const lines of [this.#backstage, this.#own]) lines?.listenTo([]);
    if (this.cues.peek() !== null) void this.#endCue();
    this.#backstage.leave();
  }

  #open(): void {
    this.on.value = true;
    // Who sits on the stage hears it there already.
    this.#speaker.muted = this.#own?.isSeated === true;
    if (!this.#backstage.isSeated) this.#backstage.sit();
  }
}
