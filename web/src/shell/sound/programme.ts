/**
 * The listener's sound, whichever way it comes: takes the way that the chooser says, and looks the same from outside.
 * The wish to listen and the audio element's right to sound are kept here; how each way plays is its own file's.
 */
import { signal } from "@preact/signals";
import type { MediaTime, PublicState } from "../../flow.ts";
import type { LineNow } from "../../listener/line.ts";
import { cameAt, isCalled, waitMs } from "../../listener/line.ts";
import { Places } from "../../listener/player/places.ts";
import type { Phase } from "../../listener/player/player.ts";
import type { ChooserInput, Route } from "../../listener/routes/table.ts";
import { Chooser, PATIENCE_MS, routesFor } from "../../listener/routes/table.ts";
import { Timeline } from "../../listener/timeline.ts";
import { after, monotonic, rounds } from "../clock.ts";
import { getJson } from "../http.ts";
import { knownHere, streamAddress } from "../place.ts";
import { abilities } from "./abilities.ts";
import { fetchHlsJs, HlsJs } from "./hlsjs.ts";
import { NativeHls } from "./native.ts";
import { knock } from "./stream.ts";
import { Streamed } from "./streamed.ts";
import type { Way } from "./way.ts";

const NOTHING = new Timeline();
/** How often it is asked how the line moves. */
const LINE_MS = 3000;

export class Programme {
  readonly phase = signal<Phase>("resting");
  /** False: this browser has no way to play what there is. Null: not known yet. */
  readonly possible = signal<boolean | null>(null);
  /** A place in line for the live sound, and how long it may take, where that can be told. */
  readonly line = signal<{ wait_ms: number | null } | null>(null);
  readonly later = signal(false);
  #places = new Places();
  #stopAsking = () => {};
  #audio: HTMLAudioElement;
  #moved: () => void;
  #chooser = new Chooser();
  #way: Way | null = null;
  #state: PublicState | null = null;
  #wanted = false;
  #ending = false;
  #cancel = () => {};

  /** `moved` is called whenever the playhead or the phase may have. */
  constructor(audio: HTMLAudioElement, moved: () => void) {
    this.#audio = audio;
    this.#moved = moved;
  }

  get at(): MediaTime | null {
    return this.#way?.at ?? null;
  }

  get timeline(): Timeline {
    return this.#way?.timeline ?? NOTHING;
  }

  /** The way taken, for whoever looks into the page. */
  get route(): Route | null {
    return this.#chooser.route;
  }

  tune(state: PublicState): void {
    const flowing = state.newest_part !== null && state.newest_part !== this.#state?.newest_part;
    this.#state = state;
    const routes = routesFor(abilities(this.#audio), Boolean(state.hls));
    this.possible.value = routes.length > 0;
    this.#places.known = knownHere(state.hall);
    this.#places.home(streamAddress(state), state.alternates ?? []);
    this.#way?.tune(state);
    this.#choose({ kind: "flow", flowing });
    this.#choose({ kind: "routes", routes });
  }

  /** Ask the browser for the right to sound, from within a person's gesture. */
  prime(): void {
    this.#play();
  }

  listen(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#ending = false;
    this.#choose({ kind: "listen" });
  }

  rest(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#outOfLine();
    this.#leave();
    this.#choose({ kind: "rest" });
    this.#audio.pause();
  }

  end(): void {
    if (!this.#ending) this.#way?.end();
    this.#ending = true;
  }

  #choose(input: ChooserInput): void {
    this.#chooser.handle(input, monotonic());
    for (let route = this.#chooser.poll(); route; route = this.#chooser.poll()) this.#take(route);
    this.#cancel();
    const deadline = this.#chooser.deadline();
    if (deadline !== null) this.#cancel = after(deadline - monotonic(), () => this.#choose({ kind: "tick" }));
    this.#show();
  }

  #take(route: Route): void {
    this.#leave();
    const way = this.#make(route);
    this.#way = way;
    if (this.#state) way.tune(this.#state);
    way.listen();
    this.#play();
    this.#makeReady(way);
  }

  /** Half of the patience is over: what the next way needs is fetched while this one may still sound. */
  #makeReady(way: Way): void {
    after(PATIENCE_MS / 2, () => {
      if (this.#way === way && way.phase === "starting" && this.#chooser.next === "hls-js") void fetchHlsJs();
    });
  }

  #make(route: Route): Way {
    const moved = () => this.#stepped();
    const failed = () => this.#choose({ kind: "failed" });
    if (route === "hls-js") return new HlsJs(this.#audio, moved, failed);
    if (route === "native-hls") return new NativeHls(this.#audio, moved, failed);
    return new Streamed(this.#audio, this.#places, moved, () => this.#inLine());
  }

  /** There is no room for one more listener yet: the next way, if there is one, is heard meanwhile. */
  #inLine(): void {
    if (this.line.peek() === null) {
      this.line.value = { wait_ms: null };
      this.#stopAsking = rounds(() => this.#askLine(), LINE_MS, LINE_MS);
    }
    this.#choose({ kind: "failed" });
  }

  #outOfLine(): void {
    this.#stopAsking();
    this.#stopAsking = () => {};
    this.line.value = null;
  }

  async #askLine(): Promise<void> {
    const { place, page } = this.#places;
    if (place === null) return;
    const answer = page === null ? null : await getJson<LineNow>(`${page}/h/${this.#state?.hall}/line.json`);
    if (this.line.peek() === null || this.#places.place !== place) return;
    const came_ms = cameAt(place);
    if (answer?.ok && !isCalled(came_ms, answer.value)) {
      this.line.value = { wait_ms: waitMs(came_ms, answer.value) };
      return;
    }
    // Whoever hears by another way changes only when there is room.
    if (this.#chooser.route?.endsWith("stream") || !(await this.#isLetIn())) return;
    this.#choose({ kind: "called" });
  }

  async #isLetIn(): Promise<boolean> {
    const { place } = this.#places;
    const told = await knock(this.#places.address(null));
    if (told === null) return false;
    const isIn = told.place === null && told.resume !== null;
    // The place is shown once more with the token: whoever knocked has left again.
    this.#places.told(isIn ? { ...told, place } : told);
    return isIn;
  }

  #leave(): void {
    this.#way?.close();
    this.#way = null;
  }

  #play(): void {
    this.#audio.play().catch((reason: DOMException) => {
      if (reason.name === "NotAllowedError") this.rest();
    });
  }

  #stepped(): void {
    const phase = this.#way?.phase;
    this.later.value = this.#way?.later ?? false;
    if (phase === "playing" && this.#chooser.route?.endsWith("stream")) this.#outOfLine();
    if (phase !== this.phase.peek() && (phase === "playing" || phase === "stalled"))
      this.#choose({ kind: phase });
    else this.#show();
  }

  #show(): void {
    this.phase.value = this.#way?.phase ?? (this.#wanted ? "starting" : "resting");
    this.#audio.dataset.route = this.route ?? "";
    this.#moved();
  }
}
