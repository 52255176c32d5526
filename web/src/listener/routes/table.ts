/**
 * Ways from the town hall to an ear, best first, and which of them a browser has. A table, and a core that goes to the
 * next way when one stays silent. Not here: how each way plays.
 */
import type { MonotonicMs } from "../../flow.ts";

export type Route = "stream" | "managed-stream" | "hls-js" | "native-hls";

/** What a browser says of itself. */
export interface Abilities {
  /** MediaSource takes Opus in MP4. */
  mse_opus: boolean;
  /** ManagedMediaSource takes Opus in MP4. */
  managed_opus: boolean;
  /** Either kind takes AAC in MP4. */
  source_aac: boolean;
  /** There is a ManagedMediaSource at all: an Apple browser, whose own HLS is sound. */
  managed: boolean;
  /** There is a MediaSource at all. */
  mse: boolean;
  /** The audio element claims to play HLS. */
  hls_claimed: boolean;
}

/**
 * Chromium claims HLS and plays it badly: the claim counts only of an Apple browser, or where there is no other way.
 */
const ROUTES: readonly { route: Route; needs_hls: boolean; possible: (has: Abilities) => boolean }[] = [
  { route: "stream", needs_hls: false, possible: (has) => has.mse_opus },
  { route: "managed-stream", needs_hls: false, possible: (has) => has.managed_opus && !has.mse_opus },
  { route: "hls-js", needs_hls: true, possible: (has) => has.source_aac },
  { route: "native-hls", needs_hls: true, possible: (has) => has.hls_claimed && (has.managed || !has.mse) },
];

/** The ways this browser has, best first; `hls`: the town hall offers it at the moment. */
export function routesFor(has: Abilities, hls: boolean): Route[] {
  return ROUTES.filter(({ needs_hls, possible }) => (hls || !needs_hls) && possible(has)).map(
    ({ route }) => route,
  );
}

/** No part by then: the next way. Some proxies hold endless responses back. */
export const PATIENCE_MS = 2000;
/** HLS begins with a playlist, a header and three parts. */
const HLS_PATIENCE_MS = 6000;
/** A way that failed is tried again after all others have. */
const ROUND_MS = 1000;
/** A way that has sounded mends itself; when it has not by then, the network may have become another. */
const LOST_MS = 10_000;
/** So many breaks in so long: a proxy hands the stream on in lumps, or the line is too thin for a second in hand. */
const STALLS_MAX = 3;
const STALLS_MS = 60_000;

export type ChooserInput =
  | { kind: "listen" }
  | { kind: "rest" }
  | { kind: "routes"; routes: Route[] }
  /** Whether parts are being made: nothing is silent where there is nothing to hear. */
  | { kind: "flow"; flowing: boolean }
  | { kind: "playing" }
  | { kind: "stalled" }
  | { kind: "failed" }
  /** There is room on the first way, after all. */
  | { kind: "called" }
  | { kind: "tick" };

/** Decides which way to listen on: stays with what sounds, leaves what stays silent. */
export class Chooser {
  #routes: Route[] = [];
  #wanted = false;
  #at: number | null = null;
  #heard = false;
  #flowing = true;
  #stalls: MonotonicMs[] = [];
  #give_up: MonotonicMs | null = null;
  #rest_until: MonotonicMs | null = null;
  #out: Route[] = [];

  get route(): Route | null {
    return this.#at === null ? null : (this.#routes[this.#at] ?? null);
  }

  /** The way after this one. */
  get next(): Route | null {
    return this.#at === null ? null : (this.#routes[this.#at + 1] ?? null);
  }

  handle(input: ChooserInput, now: MonotonicMs): void {
    switch (input.kind) {
      case "listen":
        if (this.#wanted) return;
        this.#wanted = true;
        this.#take(0, now);
        break;
      case "rest":
        this.#wanted = false;
        this.#heard = false;
        this.#at = this.#give_up = this.#rest_until = null;
        break;
      case "routes":
        this.#offer(input.routes, now);
        break;
      case "flow":
        this.#flow(input.flowing, now);
        break;
      case "playing":
        this.#heard = true;
        this.#give_up = null;
        break;
      case "stalled":
        this.#stalled(now);
        break;
      case "failed":
        this.#next(now);
        break;
      case "called":
        if (this.#wanted && this.#at !== 0) this.#take(0, now);
        break;
      case "tick":
        this.#tick(now);
    }
  }

  /** The way to take now, if it is another than before. */
  poll(): Route | null {
    return this.#out.shift() ?? null;
  }

  deadline(): MonotonicMs | null {
    return this.#rest_until ?? this.#give_up;
  }

  /** What can be had has changed; whoever hears something is left alone. */
  #offer(routes: Route[], now: MonotonicMs): void {
    const current = this.route;
    if (routes.join() === this.#routes.join()) return;
    this.#routes = routes;
    if (!this.#wanted) return;
    const place = current === null ? -1 : routes.indexOf(current);
    if (place >= 0) this.#at = place;
    else this.#take(0, now);
  }

  #flow(flowing: boolean, now: MonotonicMs): void {
    const begins = flowing && !this.#flowing;
    this.#flowing = flowing;
    if (!flowing) this.#give_up = null;
    else if (begins && this.#at !== null && !this.#heard) this.#give_up = now + this.#patience(this.#at);
  }

  #stalled(now: MonotonicMs): void {
    if (!this.#heard) return;
    this.#stalls = [...this.#stalls.filter((at) => now - at < STALLS_MS), now];
    const lumpy = this.#stalls.length >= STALLS_MAX && this.next !== null;
    this.#give_up = lumpy ? now : now + LOST_MS;
    if (lumpy) this.#tick(now);
  }

  #tick(now: MonotonicMs): void {
    if (this.#rest_until !== null && now >= this.#rest_until) this.#take(0, now);
    else if (this.#give_up !== null && now >= this.#give_up) {
      this.#heard = false;
      this.#next(now);
    }
  }

  /** A way that has sounded is only broken, and mends itself: it is not left. */
  #next(now: MonotonicMs): void {
    if (!this.#wanted || this.#at === null || this.#heard) return;
    if (this.#routes.length < 2) this.#give_up = now + this.#patience(this.#at);
    else if (this.#at + 1 < this.#routes.length) this.#take(this.#at + 1, now);
    else {
      this.#give_up = null;
      this.#rest_until = now + ROUND_MS;
    }
  }

  #take(place: number, now: MonotonicMs): void {
    const route = this.#routes[place];
    this.#rest_until = null;
    this.#heard = false;
    this.#stalls = [];
    this.#at = route === undefined ? null : place;
    this.#give_up = route === undefined || !this.#flowing ? null : now + this.#patience(place);
    if (route !== undefined) this.#out.push(route);
  }

  #patience(place: number): number {
    return this.#routes[place]?.endsWith("stream") ? PATIENCE_MS : HLS_PATIENCE_MS;
  }
}
