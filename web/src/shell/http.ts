/** Short requests: JSON in, JSON out, and a refusal as a value. Nothing here throws. */
import type { MonotonicMs } from "../flow.ts";
import { monotonic } from "./clock.ts";

/** Why something was not granted. `status` 0: nobody answered. */
export interface Problem {
  status: number;
  sentence: string;
  next: string;
}

export type Answer<T> =
  | { ok: true; value: T; sent: MonotonicMs; got: MonotonicMs }
  | { ok: false; problem: Problem };

const PATIENCE_MS = 8000;
const NOBODY: Problem = {
  status: 0,
  sentence: "Nobody answers at this address just now.",
  next: "Try again in a few seconds.",
};

export const getJson = <T>(address: string): Promise<Answer<T>> => ask<T>(address, { cache: "no-store" });

export const postJson = <T>(address: string, body?: unknown): Promise<Answer<T>> =>
  ask<T>(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });

async function ask<T>(address: string, request: RequestInit): Promise<Answer<T>> {
  const sent = monotonic();
  try {
    const response = await fetch(address, {
      ...request,
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    if (!response.ok) return { ok: false, problem: problemOf(response.status, text) };
    return { ok: true, value: (text ? JSON.parse(text) : null) as T, sent, got: monotonic() };
  } catch {
    return { ok: false, problem: NOBODY };
  }
}

/** A problem+json body in words; a body of any other kind gives the plain fact of its status. */
export function problemOf(status: number, text: string): Problem {
  let body: Record<string, unknown> = {};
  try {
    body = Object(JSON.parse(text));
  } catch {
    // An answer of some proxy in between: its status is all there is to tell.
  }
  const word = (value: unknown) => (typeof value === "string" ? value : "");
  const said = word(body.sentence) || word(body.title) || `The answer was ${status}.`;
  // A detail may be a bare name, for programs; only a sentence is for people.
  const detail = /\s.*\.$/.test(word(body.detail)) ? word(body.detail) : "";
  const sentence = [said, detail].filter(Boolean).join(" ");
  return { status, sentence, next: word(body.next) || "Try again in a few seconds." };
}

export interface SdpAnswer {
  status: number;
  sdp: string;
  location: string | null;
  problem: Problem;
}

/** Offer a line to the stage. Status 0: nobody answered. */
export async function postSdp(address: string, offer: string): Promise<SdpAnswer> {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/sdp" },
      body: offer,
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    const location = response.headers.get("location");
    return { status: response.status, sdp: text, location, problem: problemOf(response.status, text) };
  } catch {
    return { status: 0, sdp: "", location: null, problem: NOBODY };
  }
}

/** End a line; outlives the page that says so. */
export function deleteLine(address: string): void {
  fetch(address, { method: "DELETE", credentials: "same-origin", keepalive: true }).catch(() => {});
}
