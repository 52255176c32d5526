/** One hall as its desk tells it, and the wishes sent there. Not here: any decision; the desk refuses what it does not allow. */
import { signal } from "@preact/signals";
import { after, monotonic } from "../shell/clock.ts";
import { follow } from "../shell/events.ts";
import type { Method, Problem } from "../shell/http.ts";
import { sendJson, sendSound } from "../shell/http.ts";
import type { HallView } from "./view.ts";

/** One thing asked of the desk. */
export interface Wish {
  method: Method;
  /** Below the hall's own address; empty for the hall itself. */
  path: string;
  body?: unknown;
}

/** What was done just now, and what takes it back, where anything does. */
export interface Done {
  said: string;
  undo: Wish | null;
}

export interface Invitation {
  name: string;
  url: string;
}

/** What a press does, as it is offered. */
export interface Step extends Done {
  label: string;
  wish: Wish;
}

const GLANCE_MS = 500;
/** So long something done can be taken back by one press. */
const UNDO_MS = 8000;

export const post = (path: string, body?: unknown): Wish => ({ method: "POST", path, body });
export const put = (path: string, body?: unknown): Wish => ({ method: "PUT", path, body });

export class Desk {
  readonly view = signal<HallView | null>(null);
  readonly away = signal(false);
  readonly refusal = signal<Problem | null>(null);
  readonly done = signal<Done | null>(null);
  readonly invitations = signal<Invitation[]>([]);
  /** The person whose page this is. */
  readonly me: string;
  #hall: string;
  #address: string;
  #forget = () => {};
  #offered: [label: string | null, since_ms: number] = [null, 0];

  constructor(hall: string, me: string) {
    this.me = me;
    this.#hall = hall;
    this.#address = `/api/v1/halls/${hall}`;
    follow<HallView>(
      `${this.#address}/events`,
      (view) => (this.view.value = view),
      (lost) => (this.away.value = lost),
    );
  }

  /** What the desk answered, or null where it refused: then `refusal` says why. */
  async ask<T>({ method, path, body }: Wish): Promise<T | null> {
    const answer = await sendJson<T>(method, this.#address + path, body);
    this.refusal.value = answer.ok ? null : answer.problem;
    return answer.ok ? answer.value : null;
  }

  /** Ask, and say that it was done. */
  async do(wish: Wish, said: string, undo: Wish | null = null): Promise<boolean> {
    if ((await this.ask(wish)) === null) return false;
    this.#tell({ said, undo });
    return true;
  }

  /** Upload a prepared sound; its name, or null where it was refused. */
  async keepSound(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
    const answer = await sendSound<{ sound: string }>(`/api/v1/sounds?hall=${this.#hall}`, bytes);
    this.refusal.value = answer.ok ? null : answer.problem;
    return answer.ok ? answer.value.sound : null;
  }

  /** Do what was offered, unless that stood there for less than a glance: then it was something else. */
  async step({ label, wish, said, undo }: Step): Promise<void> {
    const [before, since_ms] = this.#offered;
    if (before !== label || monotonic() - since_ms < GLANCE_MS) return;
    await this.do(wish, said, undo);
  }

  /** What is offered just now. */
  offers(label: string | null): void {
    if (this.#offered[0] !== label) this.#offered = [label, monotonic()];
  }

  undo = async (): Promise<void> => {
    const wish = this.done.value?.undo;
    this.#tell(null);
    if (wish) await this.ask(wish);
  };

  invited(invitation: Invitation): void {
    this.invitations.value = [...this.invitations.value, invitation];
  }

  #tell(done: Done | null): void {
    this.#forget();
    this.done.value = done;
    this.#forget = after(UNDO_MS, () => (this.done.value = null));
  }
}
