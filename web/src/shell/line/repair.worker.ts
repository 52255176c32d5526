/** Beside the page: keeps what the browser sends, and gives it back when it is asked for. */
import { Kept } from "../../studio/kept.ts";
import type { ToKeeper } from "./repair.ts";

/** As the browser hands a line's packets to a worker (WebRTC encoded transform). */
interface Transforming {
  transformer: {
    readable: ReadableStream<RTCEncodedAudioFrame>;
    writable: WritableStream<RTCEncodedAudioFrame>;
  };
}

interface Keeper {
  onrtctransform: (event: Transforming) => void;
  onmessage: (event: MessageEvent<ToKeeper>) => void;
  postMessage: (answer: Uint8Array<ArrayBuffer>) => void;
}

const keeper = self as unknown as Keeper;
const kept = new Kept();

keeper.onrtctransform = ({ transformer: { readable, writable } }) => {
  const keep = new TransformStream<RTCEncodedAudioFrame, RTCEncodedAudioFrame>({
    transform(frame, onward) {
      const { payloadType, rtpTimestamp } = frame.getMetadata();
      if (payloadType !== undefined && rtpTimestamp !== undefined)
        kept.keep(rtpTimestamp, payloadType, frame.data);
      onward.enqueue(frame);
    },
  });
  void readable.pipeThrough(keep).pipeTo(writable);
};

keeper.onmessage = ({ data }) => {
  if ("muted" in data) kept.mute(data.muted);
  else for (const answer of kept.give(data)) keeper.postMessage(answer);
};
