/** A stand-in for the stream port: parts of the demo's sound at the pace of the clock, and ways to break it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { factsJson, header, part } from "../src/testing/parts.ts";
import { demoSound } from "./sound.ts";

const PART_MS = 240;
const WINDOW_MS = 600;
const KEPT = 125;

export class Stream {
  state = "live";
  since_ms = Date.now() - 600_000;
  down_until_ms = 0;
  hold_until_ms = 0;
  opened: string[] = [];
  #open = new Map<ServerResponse, number>();
  #sound = demoSound();

  constructor() {
    setInterval(() => this.#sweep(), 20);
  }

  get newest(): number {
    return Math.floor((Date.now() - WINDOW_MS) / PART_MS) - 1;
  }

  get listeners(): number {
    return this.#open.size;
  }

  /** Break every connection and take nobody in for a while. */
  break(ms: number): void {
    this.down_until_ms = Date.now() + ms;
    for (const response of this.#open.keys()) response.destroy();
    this.#open.clear();
  }

  /** Keep connections but send nothing for a while. */
  hold(ms: number): void {
    this.hold_until_ms = Date.now() + ms;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    this.opened.push(request.url ?? "");
    if (Date.now() < this.down_until_ms) {
      request.socket.destroy();
      return;
    }
    const asked = new URL(request.url ?? "/", "http://x").searchParams.get("from");
    const from = asked ? Math.max(Number(asked), this.newest - KEPT) : this.newest - 4;
    response.writeHead(200, {
      "content-type": 'audio/mp4; codecs="opus"',
      "access-control-allow-origin": "*",
      "cache-control": "no-store",
      "hustings-from": String(from),
    });
    response.write(header());
    this.#open.set(response, from);
    response.on("close", () => this.#open.delete(response));
  }

  #sweep(): void {
    if (Date.now() < this.hold_until_ms) return;
    for (const [response, next] of this.#open) {
      let no = next;
      for (; no <= this.newest; no++) response.write(this.#part(no));
      this.#open.set(response, no);
    }
  }

  #part(no: number): Uint8Array {
    const { packets, levels_db, voices } = this.#sound;
    const at = (no % (packets.length / 12)) * 12;
    const heard = new Set(voices.slice(at, at + 12).flat());
    const since = Math.floor(this.since_ms / PART_MS);
    const facts = factsJson(this.state, since, [...heard], levels_db.slice(at, at + 12));
    return part(no, facts, packets.slice(at, at + 12));
  }
}
