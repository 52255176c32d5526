/** Sends a captioner's lines to the desk, in the order they were written, each once. */
import { signal } from "@preact/signals";
import { wall_ms } from "../shell/clock.ts";
import type { Problem } from "../shell/http.ts";
import { postJson } from "../shell/http.ts";
import { draw } from "../shell/reader.ts";
import { pieces } from "./pieces.ts";

interface Sent {
  key: string;
  at_ms: number;
  text: string;
}

const SHOWN = 50;

export class Desk {
  readonly sent = signal<Sent[]>([]);
  readonly refusal = signal<Problem | null>(null);
  #address: string;
  #last: Promise<unknown> = Promise.resolve();
  /** What was sent and not answered keeps its name: sent again, it is written once. */
  #keys = new Map<string, string>();

  constructor(hall: string) {
    this.#address = `/api/v1/halls/${hall}/captions`;
  }

  /** What of it was not taken; empty: all was. One at a time: a later line never overtakes. */
  send(text: string): Promise<string> {
    const mine = this.#last.then(() => this.#sendAll(pieces(text)));
    this.#last = mine;
    return mine;
  }

  async #sendAll(all: string[]): Promise<string> {
    for (const [i, piece] of all.entries()) if (!(await this.#send(piece))) return all.slice(i).join(" ");
    return "";
  }

  async #send(text: string): Promise<boolean> {
    const key = this.#keys.get(text) ?? draw();
    this.#keys.set(text, key);
    const answer = await postJson<unknown>(this.#address, { text, id: key });
    this.refusal.value = answer.ok ? null : answer.problem;
    if (!answer.ok) return false;
    this.#keys.delete(text);
    this.sent.value = [{ key, at_ms: wall_ms(), text }, ...this.sent.value].slice(0, SHOWN);
    return true;
  }
}
