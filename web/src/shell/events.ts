/** Server-sent events of one address, followed for as long as the page stands. Each message is the whole truth. */
import { after, monotonic } from "./clock.ts";

/** Staff are told something at least every second. */
const SILENT_MS = 4000;
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
  const open = () => {
    source = new EventSource(address);
    source.onmessage = hear;
  };
  // A browser gives up for good where the answer was an error, and a comment keeps nobody's watch.
  const look = () => {
    if (monotonic() - heard_ms > SILENT_MS) lost(true);
    if (source?.readyState === EventSource.CLOSED) open();
    cancel = after(AGAIN_MS, look);
  };
  open();
  look();
  return () => {
    cancel();
    source?.close();
  };
}
