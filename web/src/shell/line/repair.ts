/** A line's repair: a keeper beside the page, and an unordered channel on which its stage asks for what it has lost. */
import type { Request } from "../../studio/kept.ts";
import { readRequest } from "../../studio/kept.ts";

export type ToKeeper = { muted: boolean } | Request;

/** More than this in the browser's hands would come too late. */
const WAITING_BYTES_MAX = 32_768;

export class Repair {
  #keeper: Worker;
  #muted: boolean | null = null;

  private constructor(keeper: Worker) {
    this.#keeper = keeper;
  }

  /** On a line that has not been offered yet; null where the browser cannot. */
  static on(peer: RTCPeerConnection, sender: RTCRtpSender): Repair | null {
    if (typeof RTCRtpScriptTransform === "undefined") return null;
    const keeper = new Worker(new URL("./repair.worker.ts", import.meta.url), { type: "module" });
    sender.transform = new RTCRtpScriptTransform(keeper);
    const repair = new Repair(keeper);
    const channel = peer.createDataChannel("hustings-repair", { ordered: false, maxRetransmits: 0 });
    channel.onmessage = ({ data }) => {
      const request = readRequest(data);
      if (request) repair.#tell(request);
    };
    keeper.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => {
      if (channel.readyState === "open" && channel.bufferedAmount < WAITING_BYTES_MAX) channel.send(data);
    };
    return repair;
  }

  mute(muted: boolean): void {
    if (this.#muted === muted) return;
    this.#muted = muted;
    this.#tell({ muted });
  }

  close(): void {
    this.#keeper.terminate();
  }

  #tell(what: ToKeeper): void {
    this.#keeper.postMessage(what);
  }
}
