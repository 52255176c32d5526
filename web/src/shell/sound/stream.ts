/** One long response, read as it comes. Driven by the network alone, so that it goes on in a hidden tab. */

export interface StreamListener {
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
