/** One ear backstage: hear any line before it is on air, and speak into one guest's ear. Not here: buttons. */
import { signal } from "@preact/signals";
import { Lines } from "../shell/lines.ts";
import { loudspeaker } from "../shell/loudspeaker.ts";

export class Ears {
  /** The seat that is heard alone; null: all that is to be heard backstage. */
  readonly hears = signal<string | null>(null);
  /** The seat that is spoken to, off air. */
  readonly cues = signal<string | null>(null);
  /** Whether the line backstage is wanted. */
  readonly on = signal(false);
  #own: Lines | null;
  #backstage: Lines;

  /** `own`: the line of their seat, which does as well while they sit there. */
  constructor(hall: string, own: Lines | null) {
    this.#own = own;
    this.#backstage = new Lines(`/whip/${hall}/backstage`, loudspeaker("backstage"), false);
  }

  get link() {
    return this.#lines.link;
  }

  get trouble() {
    return this.#lines.trouble;
  }

  /** Hear the green room and the voices of the programme, or nothing any more. */
  turn = (on: boolean): void => {
    this.on.value = on;
    if (on) this.#open();
    else this.#close();
  };

  hear = (seat: string): void => {
    this.hears.value = this.hears.value === seat ? null : seat;
    if (this.hears.value !== null) this.#open();
    this.#lines.listenTo(this.hears.value === null ? [] : [this.hears.value]);
  };

  cue = (seat: string): void => {
    this.cues.value = this.cues.value === seat ? null : seat;
    if (this.cues.value !== null) this.#open();
    void this.#lines.cue(this.cues.value === null ? [] : [this.cues.value]);
  };

  #close(): void {
    this.hears.value = null;
    this.cues.value = null;
    this.#lines.listenTo([]);
    void this.#lines.cue([]);
    this.#backstage.leave();
  }

  get #lines(): Lines {
    return this.#own?.isSeated ? this.#own : this.#backstage;
  }

  #open(): void {
    this.on.value = true;
    if (!this.#lines.isSeated) this.#lines.sit();
  }
}
