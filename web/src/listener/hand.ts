/** One listener's raised hand: a pass says whose it is; who has none gives a name and gets one. */
import { signal } from "@preact/signals";
import { rounds } from "../shell/clock.ts";
import type { Answer, Problem } from "../shell/http.ts";
import { getJson, sendJson } from "../shell/http.ts";
import { remember, remembered } from "../shell/reader.ts";

export interface Own {
  raised: boolean;
  position: number | null;
  waiting: number;
  seat: string | null;
  studio_url: string | null;
}

/** Whoever is about to be called looks often; far back in the queue there is time. */
const SOON_MS = 400;
const LATER_MS = 3000;
const SOON = 3;

export class Hand {
  readonly own = signal<Own | null>(null);
  readonly refusal = signal<Problem | null>(null);
  /** Whether a pass is here already, and no name has to be asked for. */
  readonly known = signal(false);
  #hall: string;
  #stop = () => {};

  /** Nobody who never raised a hand here asks the desk anything: a crowd that comes at once costs it nothing. */
  constructor(hall: string) {
    this.#hall = hall;
    if (remembered(`hand.${hall}`) !== null) void this.look();
  }

  async raise(name: string, reason: string): Promise<boolean> {
    const body = { ...(this.known.value ? {} : { name }), ...(reason ? { reason } : {}) };
    const answer = await sendJson<Own>("POST", `/h/${this.#hall}/hand`, body);
    return this.#take(answer);
  }

  async lower(): Promise<void> {
    this.#take(await sendJson<Own>("DELETE", `/h/${this.#hall}/hand`));
  }

  /** Whether a pass is here, and how its hand stands. */
  async look(): Promise<void> {
    const answer = await getJson<Own>(`/h/${this.#hall}/hand`);
    if (answer.ok) this.#take(answer);
  }

  #take(answer: Answer<Own>): boolean {
    this.refusal.value = answer.ok ? null : answer.problem;
    if (!answer.ok) return false;
    this.known.value = true;
    this.own.value = answer.value;
    remember(`hand.${this.#hall}`, answer.value.raised ? "up" : "down");
    this.#follow(answer.value.raised);
    return true;
  }

  /** While it is up, its place is looked at again and again. */
  #follow(raised: boolean): void {
    this.#stop();
    this.#stop = () => {};
    if (!raised) return;
    let first = true;
    this.#stop = rounds(
      async () => {
        if (!first) await this.#again();
        first = false;
      },
      () => ((this.own.value?.position ?? SOON) <= SOON ? SOON_MS : LATER_MS),
      5000,
    );
  }

  async #again(): Promise<void> {
    const answer = await getJson<Own>(`/h/${this.#hall}/hand`);
    if (answer.ok) this.own.value = answer.value;
    const gone = !answer.ok && [401, 403].includes(answer.problem.status);
    if (gone) this.own.value = null;
    if (gone || (answer.ok && !answer.value.raised)) this.#stop();
  }
}
