/**
 * Where the stream is asked for: at home, or, when that breaks, at the other edges a listener was told of, one after
 * the other. Who goes elsewhere shows what it is known by, and goes on with the next part. Not here: any connection.
 */
import type { PartNo } from "../../flow.ts";
import { PART_S } from "../../flow.ts";

/** What an edge tells those who listen to it. */
export interface Told {
  /** Whole addresses, with that edge's word in them. */
  alternates: string[];
  resume: string | null;
  /** Parts to a write; null where nobody says. */
  cadence: number | null;
  /** A place in line, where there was no room. */
  place: string | null;
}

/** Another edge: the origin of its pages, and its stream. */
export interface Elsewhere {
  page: string;
  stream: string;
}

const ALTERNATE = /<([^>]+)>\s*;\s*rel="alternate"/g;

/** What the headers of an answer tell (`spec/live.md`). */
export function toldIn(headers: { get(name: string): string | null }): Told {
  const links = (headers.get("link") ?? "").matchAll(ALTERNATE);
  const addresses = [...links].flatMap(([, address = ""]) => (isStream(address) ? [address] : []));
  return {
    alternates: addresses,
    resume: headers.get("hustings-resume"),
    cadence: Number(headers.get("hustings-cadence")) || null,
    place: headers.get("hustings-place"),
  };
}

function isStream(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}

/** What a player keeps in hand where so many parts come at once (`spec/live.md`). */
export const bufferMs = (cadence: number): number => Math.max(1000, 2 * cadence * PART_S * 1000 + 600);

export class Places {
  #home = "";
  #at = "";
  #told: string[] = [];
  #pages = new Map<string, string>();
  #resume: string | null = null;
  #place: string | null = null;
  #tries = 0;
  /** What the stream port takes of one who has a pass. */
  known: string | null = null;

  /** The public state's word: it counts for those at home. */
  home(address: string, alternates: Elsewhere[]): void {
    const others = alternates.filter(({ stream }) => isStream(stream));
    for (const { page, stream } of others) this.#pages.set(new URL(stream).origin, page);
    if (this.#at === this.#home) {
      this.#at = address;
      this.#told = others.map(({ stream }) => stream);
    }
    this.#home = address;
  }

  /** Whether there is anywhere else to go. */
  get elsewhere(): boolean {
    return this.#told.length > 0 || this.#at !== this.#home;
  }

  /** What the edge that answers says; one that refuses may still know another. */
  told({ alternates, resume, place }: Told): void {
    this.#resume = resume ?? this.#resume;
    this.#told = alternates;
    this.#place = place;
  }

  /** The place in line that is held here. */
  get place(): string | null {
    return this.#place;
  }

  /** Where the pages of the edge are that is asked: "" for our own, null where nobody said. */
  get page(): string | null {
    return this.#at === this.#home ? "" : (this.#pages.get(new URL(this.#at).origin) ?? null);
  }

  heard(): void {
    this.#tries = 0;
  }

  /** It broke: the next place. Home is one of them, and comes last. */
  move(): void {
    const all = [...this.#told, this.#home];
    this.#at = all[this.#tries % all.length] ?? this.#home;
    this.#tries += 1;
  }

  address(from: PartNo | null): string {
    const query = new URLSearchParams();
    if (from !== null) query.set("from", String(from));
    if (this.#resume !== null) query.set("resume", this.#resume);
    if (this.#place !== null) query.set("place", this.#place);
    if (this.known !== null) query.set("known", this.known);
    const asked = query.toString();
    if (asked === "") return this.#at;
    return `${this.#at}${this.#at.includes("?") ? "&" : "?"}${asked}`;
  }
}
