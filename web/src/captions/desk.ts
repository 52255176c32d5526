/** Sends a captioner's lines to the desk, in the order they were written. */
import { signal } from "@preact/signals";
import { wall_ms } from "../shell/clock.ts";
import type { Problem } from "../shell/http.ts";
import { postJson } from "../shell/http.ts";

interface Sent {
  at_ms: number;
  text: string;
}

const SHOWN = 50;

export class Desk {
  readonly sent = signal<Sent[]>([]);
  readonly refusal = signal<Problem | null>(null);
  #address: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(hall: string) {
    this.#address = `/api/v1/halls/${hall}/captions`;
  }

  /** Whether it was taken. One at a time: a later line never overtakes. */
  send(text: string): Promise<boolean> {
    const mine = this.#last.then(() => this.#send(text));
    this.#last = mine;
    return mine;
  }

  async #send(text: string): Promise<boolean> {
    const answer = await postJson<unknown>(this.#address, { text });
    this.refusal.value = answer.ok ? null : answer.problem;
    if (answer.ok) this.sent.value = [{ at_ms: wall_ms(), text }, ...this.sent.value].slice(0, SHOWN);
    return answer.ok;
  }
}
