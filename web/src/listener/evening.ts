/** One listener's evening: the public state, the wish to listen, and what is being heard, as signals. */
import { computed, effect, signal } from "@preact/signals";
import type { HallState, PublicState } from "../flow.ts";
import { partAt, startOf } from "../flow.ts";
import { monotonic, rounds, wall_ms } from "../shell/clock.ts";
import type { Answer, Problem } from "../shell/http.ts";
import { getJson } from "../shell/http.ts";
import { Programme } from "../shell/sound/programme.ts";
import { delayMs, ServerClock, steadySeconds } from "./delay.ts";
import type { Heard } from "./timeline.ts";

const ASK_MS = 2000;
const OPEN: HallState[] = ["doors", "live", "paused"];

export class Evening {
  readonly state = signal<PublicState | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly wanted = signal(false);
  readonly heard = signal<Heard | null>(null);
  readonly seconds = signal<number | null>(null);
  /** Whether what would be heard now was taken out. */
  readonly takenOut = signal(false);
  readonly now_ms = signal(wall_ms());
  readonly programme: Programme;
  #hall: string;
  #audio: HTMLAudioElement;
  #clock = new ServerClock();
  /** Whose pages are asked: our own edge's, or another's that we were told of. */
  #page = "";

  constructor(hall: string, audio: HTMLAudioElement) {
    this.#hall = hall;
    this.#audio = audio;
    this.programme = new Programme(audio, () => this.#moved());
    audio.addEventListener("pause", () => this.#paused());
    rounds(
      () => this.#ask(),
      () => this.state.value?.ask_ms ?? ASK_MS,
      15_000,
    );
    rounds(async () => this.#tick(), 250, 1000);
    effect(() => this.#follow());
  }

  /** Whether all that was said was heard; true, too, of what has not ended. */
  readonly isOver = computed(() => {
    const state = this.state.value;
    const delay_ms = state?.evening?.air_delay_ms ?? 0;
    if (state?.state !== "ended" || state.cancelled || delay_ms === 0) return true;
    return this.now_ms.value >= state.since_ms + delay_ms + state.window_ms + state.buffer_ms;
  });

  /** State and since when: as heard by those who listen, as published to everybody else. */
  readonly moment = computed(() => {
    const [state, heard] = [this.state.value, this.heard.value];
    if (!state) return null;
    // What was said before the end is still on its way: those who do not hear yet find the hall as it is heard.
    const on: HallState = this.isOver.value ? state.state : "live";
    const told = { state: state.state === "ended" ? on : state.state, since_ms: state.since_ms };
    const here = heard && { state: heard.state, since_ms: startOf(heard.since) * 1000 };
    const { starts_at_ms, cancelled = false } = state;
    return { ...(here ?? told), starts_at_ms, cancelled, now_ms: this.now_ms.value };
  });

  readonly names = computed(() => new Map(this.state.value?.seats.map(({ seat, name }) => [seat, name])));

  listen = (): void => {
    this.wanted.value = true;
    this.programme.prime();
  };

  rest = (): void => {
    this.wanted.value = false;
    this.programme.rest();
    this.#audio.pause();
  };

  async #ask(): Promise<void> {
    const answer = await this.#askAround();
    if (!answer.ok) {
      this.problem.value = answer.problem;
      return;
    }
    this.#clock.read(answer.value.now_ms, answer.sent, answer.got);
    this.programme.tune(answer.value);
    this.problem.value = null;
    this.state.value = answer.value;
  }

  /** Where nobody answers, another edge is asked, and asked again next time. */
  async #askAround(): Promise<Answer<PublicState>> {
    const known = this.state.peek();
    const pages = ["", ...(known?.alternates ?? []).map(({ page }) => page)];
    const ask = () => getJson<PublicState>(`${this.#page}/h/${this.#hall}/state.json`);
    let answer = await ask();
    for (let tries = pages.length; tries > 0 && !answer.ok && answer.problem.status === 0; tries--) {
      this.#page = pages[(pages.indexOf(this.#page) + 1) % pages.length] ?? "";
      answer = await ask();
    }
    if (answer.ok && this.#page !== "" && known) {
      // Another's "here" is not ours; a cache before all of them is where it was.
      const hls = answer.value.hls && new URL(answer.value.hls, this.#page).href;
      answer.value = { ...answer.value, stream: known.stream, hls };
    }
    return answer;
  }

  /** Sound follows the wish as soon as there is any, and ends with the hall. */
  #follow(): void {
    const state = this.state.value?.state;
    if (!state || !this.wanted.value) return;
    const isOver = state === "ended" && this.isOver.value;
    if (OPEN.includes(state) || (state === "ended" && !isOver)) this.programme.listen();
    if (!isOver) return;
    this.programme.end();
    // What closes the evening is heard to its end.
    if (this.programme.phase.value !== "playing") this.rest();
  }

  /** The lock screen, a headset, a call or another app has paused us: that is a wish like any other. */
  #paused(): void {
    if (this.#audio.error === null && !this.#audio.ended) this.rest();
  }

  #tick(): void {
    this.now_ms.value = this.#clock.now(monotonic()) ?? wall_ms();
  }

  #moved(): void {
    const { phase, at, timeline } = this.programme;
    const sounding = phase.value === "playing" || phase.value === "stalled";
    this.heard.value = sounding && at !== null ? timeline.at(at) : null;
    const behind_ms = sounding ? delayMs(this.#clock.now(monotonic()), at) : null;
    const { air_delay_ms = 0, dumps = [] } = this.state.peek()?.evening ?? {};
    const delay_ms = behind_ms === null ? null : behind_ms + air_delay_ms;
    const isOut = ([from_ms, to_ms]: [number, number]) =>
      at !== null && at * 1000 >= from_ms && at * 1000 < to_ms;
    this.takenOut.value = this.heard.value?.state === "live" && dumps.some(isOut);
    this.seconds.value = delay_ms === null ? null : steadySeconds(delay_ms, this.seconds.peek());
    this.#audio.dataset.state = phase.value;
    this.#audio.dataset.delayMs = delay_ms === null ? "" : String(delay_ms);
    this.#audio.dataset.part = sounding && at !== null ? String(partAt(at)) : "";
  }
}
