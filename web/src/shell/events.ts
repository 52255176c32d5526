/** Server-sent events of one address, followed for as long as the page stands. Each message is the whole truth. */
import { after, monotonic } from "./clock.ts";

/** Staff are told something at least every second. */
const SILENT_MS = 4000;
/** A connection that a sleeping machine or a router has forgotten looks open for ever. */
const DEAD_MS = 10_000;
const AGAIN_MS = 1500;

/** `told` hears each message, `lost` whether nobody has said anything for a while. Answers with a way to stop. */
export function follow<T>(address: string, told: (said: T) => void, lost: (is: boolean) => void): () => void {
  let source: EventSource | null = null;
  let heard_ms = monotonic();
  let cancel = () => {};
  const hear = ({ data }: MessageEvent<string>) => {
    heard_ms = monotonic();
    lost(false);
    told(JSON.parse(data) as T);
  };
  let opened_ms = monotonic();
  const open = () => {
    source?.close();
    opened_ms = monotonic();
    source = new EventSource(address);
    source.onmessage = hear;
  };
  // A browser gives up for good where the answer was an error, and a comment keeps nobody's watch.
  const look = () => {
    const now = monotonic();
    if (now - heard_ms > SILENT_MS) lost(true);
    const dead = now - Math.max(heard_ms, opened_ms) > DEAD_MS;
    if (dead || source?.readyState === EventSource.CLOSED) open();
    cancel = after(AGAIN_MS, look);
  };
  open();
  look();
  return () => {
    cancel();
    source?.close();
  };
}
