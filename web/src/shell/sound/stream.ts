/** One long response, read as it comes. Driven by the network alone, so that it goes on in a hidden tab. */

import type { Told } from "../../listener/player/places.ts";
import { toldIn } from "../../listener/player/places.ts";

const KNOCK_MS = 4000;

export interface StreamListener {
  /** What stands in the headers of the answer, a refusal's too. */
  told(told: Told): void;
  bytes(bytes: Uint8Array): void;
  /** 0: broken or never there. Not called after `close`. */
  closed(status: number): void;
}

export interface OpenStream {
  close(): void;
}

export function openStream(address: string, listener: StreamListener): OpenStream {
  const stop = new AbortController();
  let open = true;
  const read = async () => {
    const response = await fetch(address, { signal: stop.signal, cache: "no-store", credentials: "omit" });
    if (open) listener.told(toldIn(response.headers));
    const reader = response.ok ? response.body?.getReader() : undefined;
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (!open || done) return response.status;
      if (value) listener.bytes(value);
    }
  };
  const end = (status: number) => {
    if (!open) return;
    open = false;
    stop.abort();
    listener.closed(status);
  };
  read().then(end, () => end(0));
  return {
    close() {
      open = false;
      stop.abort();
    },
  };
}

/** Ask without listening: what the answer tells; null where nobody answers. Who is let in goes on by their resume token. */
export async function knock(address: string): Promise<Told | null> {
  const stop = new AbortController();
  try {
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(KNOCK_MS)]);
    const response = await fetch(address, { signal, cache: "no-store", credentials: "omit" });
    return toldIn(response.headers);
  } catch {
    return null;
  } finally {
    stop.abort();
  }
}
