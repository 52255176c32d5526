/** What the desk says of one hall, asked for every second, and the wishes sent to it. Not here: any decision. */
import { signal } from "@preact/signals";
import type { HallState, Seat } from "../flow.ts";
import { rounds } from "../shell/clock.ts";
import type { Problem } from "../shell/http.ts";
import { getJson, postJson } from "../shell/http.ts";
import type { RecordingState } from "../words/recording.ts";

export interface LineState {
  seat: string;
  heard: boolean;
  speaking: boolean;
  level_db: number;
  rtt_ms: number | null;
  lost: number;
}

export interface HallView {
  hall: string;
  title: string;
  state: HallState;
  starts_at_ms: number | null;
  since_ms: number;
  /** Where the desk does not say, the lifecycle does; it refuses what it does not allow. */
  moves?: string[];
  seats: (Seat & { person: string })[];
  recorded?: boolean;
  recording?: RecordingState | null;
  /** Seats whose speakers agreed to be recorded. */
  consents?: string[];
  lines?: LineState[];
  audience?: { listeners: number };
}

export interface Invitation {
  seat: string;
  name: string;
  studio_url: string;
}

const LIFECYCLE: Record<HallState, string[]> = {
  draft: ["announce", "open", "end"],
  announced: ["open", "end"],
  doors: ["end"],
  live: ["pause", "end"],
  paused: ["resume", "end"],
  ended: [],
};

export const movesOf = (view: HallView | null): string[] => (view ? (view.moves ?? LIFECYCLE[view.state]) : []);

export class Desk {
  readonly view = signal<HallView | null>(null);
  readonly away = signal(false);
  readonly refusal = signal<Problem | null>(null);
  readonly invitations = signal<Invitation[]>([]);
  #address: string;

  constructor(hall: string) {
    this.#address = `/api/v1/halls/${hall}`;
    rounds(() => this.#ask(), 1000, 5000);
  }

  /** Settled before doors; the desk refuses it after. */
  async record(on: boolean): Promise<void> {
    const answer = await postJson<unknown>(`${this.#address}/recording`, { on });
    this.refusal.value = answer.ok ? null : answer.problem;
    await this.#ask();
  }

  async move(move: string): Promise<void> {
    const answer = await postJson<unknown>(`${this.#address}/${move}`);
    this.refusal.value = answer.ok ? null : answer.problem;
    await this.#ask();
  }

  /** Whether the seat was given. */
  async addSeat(seat: string, name: string, consent: boolean): Promise<boolean> {
    const answer = await postJson<{ studio_url: string }>(`${this.#address}/seats`, { seat, name, consent });
    this.refusal.value = answer.ok ? null : answer.problem;
    if (!answer.ok) return false;
    this.invitations.value = [...this.invitations.value, { seat, name, studio_url: answer.value.studio_url }];
    await this.#ask();
    return true;
  }

  async #ask(): Promise<void> {
    const answer = await getJson<HallView>(this.#address);
    if (answer.ok) this.view.value = answer.value;
    const gone = !answer.ok && (answer.problem.status === 0 || answer.problem.status >= 500);
    this.away.value = gone;
    if (!answer.ok && !gone) this.refusal.value = answer.problem;
  }
}
