/** Short requests: JSON in, JSON out, and a refusal as a value. Nothing here throws. */
import type { MonotonicMs } from "../flow.ts";
import { relaysIn } from "../studio/way.ts";
import { t } from "../texts/public.ts";
import { refused } from "../texts/refusals.ts";
import { monotonic } from "./clock.ts";

/** Why something was not granted. `status` 0: nobody answered. `code`: its name in spec/refusals.toml. */
export interface Problem {
  status: number;
  code: string;
  sentence: string;
  next: string;
}

export type Answer<T> =
  | { ok: true; value: T; sent: MonotonicMs; got: MonotonicMs }
  | { ok: false; problem: Problem };

const PATIENCE_MS = 8000;
/** Who is not told of relays by then goes without. */
const RELAYS_MS = 1000;
const UPLOAD_MS = 60_000;
const nobody = (): Problem => ({
  status: 0,
  code: "",
  sentence: t("problem.nobody"),
  next: t("problem.again"),
});

export const getJson = <T>(address: string): Promise<Answer<T>> => ask<T>(address, { cache: "no-store" });

export type Method = "POST" | "PUT" | "DELETE";

export const sendJson = <T>(method: Method, address: string, body?: unknown): Promise<Answer<T>> =>
  ask<T>(address, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });

/** An upload may take its time on a thin line. */
export const sendSound = <T>(address: string, body: Uint8Array<ArrayBuffer>): Promise<Answer<T>> =>
  ask<T>(address, { method: "PUT", headers: { "content-type": "audio/ogg" }, body }, UPLOAD_MS);

export const postJson = <T>(address: string, body?: unknown): Promise<Answer<T>> =>
  sendJson<T>("POST", address, body);

async function ask<T>(address: string, request: RequestInit, patience_ms = PATIENCE_MS): Promise<Answer<T>> {
  const sent = monotonic();
  try {
    const response = await fetch(address, {
      ...request,
      credentials: "same-origin",
      signal: AbortSignal.timeout(patience_ms),
    });
    const text = await response.text();
    if (!response.ok) return { ok: false, problem: problemOf(response.status, text) };
    return { ok: true, value: (text ? JSON.parse(text) : null) as T, sent, got: monotonic() };
  } catch {
    return { ok: false, problem: nobody() };
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
  const code = word(body.code);
  const told = word(body.sentence) || word(body.title) || t("problem.status", { status });
  const said = refused(code, told);
  // A detail may be a bare name, for programs; only a sentence is for people.
  const detail = /\s.*\.$/.test(word(body.detail)) ? word(body.detail) : "";
  // The detail is the server's own English: beside a sentence in another language it would be noise.
  const sentence = [said, said === told && detail].filter(Boolean).join(" ");
  return { status, code, sentence, next: refused(`${code}.next`, word(body.next)) || t("problem.again") };
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
    return { status: 0, sdp: "", location: null, problem: nobody() };
  }
}

/** Relays that a stage knows of; none where it knows of none, or is not there to ask. */
export async function relaysOf(address: string): Promise<RTCIceServer[]> {
  try {
    const signal = AbortSignal.timeout(RELAYS_MS);
    const { headers } = await fetch(address, { method: "OPTIONS", credentials: "same-origin", signal });
    return relaysIn(headers.get("link") ?? "");
  } catch {
    return [];
  }
}

/** Whether a line still stands where it was made; null where nobody can be asked (RFC 9725, section 4.3). */
export async function lineStands(address: string): Promise<boolean | null> {
  try {
    const { ok } = await fetch(address, {
      method: "PATCH",
      headers: { "content-type": "application/trickle-ice-sdpfrag", "if-match": "*" },
      body: "a=end-of-candidates\r\n",
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return ok;
  } catch {
    return null;
  }
}

/** End a line; outlives the page that says so. */
export function deleteLine(address: string): void {
  fetch(address, { method: "DELETE", credentials: "same-origin", keepalive: true }).catch(() => {});
}
