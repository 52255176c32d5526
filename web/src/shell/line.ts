/** A speaker's line: microphone, peer connection, data channel and requests, doing what the core says. */
import { signal } from "@preact/signals";
import { redFirst, withNack } from "../studio/sdp.ts";
import type { Truth } from "../studio/truth.ts";
import { readTruth } from "../studio/truth.ts";
import type { Link, Trouble, WhipInput, WhipOutput } from "../studio/whip.ts";
import { Whip } from "../studio/whip.ts";
import { after, monotonic } from "./clock.ts";
import { deleteLine, postSdp } from "./http.ts";
import { Microphone } from "./microphone.ts";

export class Line {
  readonly link = signal<Link>("idle");
  readonly trouble = signal<Trouble | null>(null);
  readonly truth = signal<Truth | null>(null);
  readonly muted = signal(false);
  readonly silence_ms = signal(0);
  readonly microphone = new Microphone(() => this.#do({ kind: "microphone_gone" }));
  #core = new Whip();
  #address: string;
  #others: HTMLAudioElement;
  #peer: RTCPeerConnection | null = null;
  #channel: RTCDataChannel | null = null;
  #answer = "";
  #location: string | null = null;
  #cancel = () => {};

  /** `address`: where to offer the line. `others`: the element that plays what the others say. */
  constructor(address: string, others: HTMLAudioElement) {
    this.#address = address;
    this.#others = others;
    addEventListener("pagehide", () => {
      if (this.#location) deleteLine(this.#location);
    });
  }

  sit = (): void => this.#do({ kind: "sit" });
  leave = (): void => this.#do({ kind: "leave" });

  mute(muted: boolean): void {
    this.muted.value = muted;
    this.#tellMuted();
  }

  /** Another microphone, or other processing, without leaving the seat. */
  async useMicrophone(): Promise<void> {
    if (!this.microphone.track) return;
    const error = await this.microphone.open();
    if (error !== null) return this.#do({ kind: "microphone_gone" });
    this.#tellMuted();
    await this.#peer?.getSenders()[0]?.replaceTrack(this.microphone.track);
  }

  #do(input: WhipInput): void {
    const now = monotonic();
    this.#core.handle(input, now);
    for (let out = this.#core.poll(); out; out = this.#core.poll()) void this.#perform(out);
    this.link.value = this.#core.link;
    this.trouble.value = this.#core.trouble;
    this.truth.value = this.#core.truth;
    this.silence_ms.value = this.#core.silence_ms(now);
    this.#cancel();
    if (this.#core.link === "idle" || this.#core.link === "refused") return;
    const wait_ms = (this.#core.deadline() ?? Number.POSITIVE_INFINITY) - now;
    this.#cancel = after(Math.min(500, wait_ms), () => this.#do({ kind: "tick" }));
  }

  #perform(out: WhipOutput): Promise<void> | void {
    if (out.kind === "ask") return this.#ask();
    if (out.kind === "offer") return this.#offer();
    if (out.kind === "post") return this.#post();
    if (out.kind === "accept") return this.#accept();
    if (out.kind === "let_go") return this.microphone.close();
    this.#hangUp(out.location);
  }

  async #ask(): Promise<void> {
    const error = await this.microphone.open();
    this.#tellMuted();
    this.#do({ kind: "asked", error });
  }

  async #offer(): Promise<void> {
    const peer = new RTCPeerConnection();
    this.#peer = peer;
    peer.onconnectionstatechange = () => this.#from(peer, { kind: "ice", state: peer.connectionState });
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState === "complete") this.#from(peer, { kind: "gathered" });
    };
    peer.ontrack = ({ track, streams }) => this.#hear(streams[0] ?? new MediaStream([track]));
    this.#openChannel(peer);
    const { track } = this.microphone;
    const lane = peer.addTransceiver(track ?? "audio", { direction: "sendrecv" });
    lane.setCodecPreferences?.(redFirst(RTCRtpSender.getCapabilities("audio")?.codecs ?? []));
    const offer = await peer.createOffer();
    await peer
      .setLocalDescription({ type: "offer", sdp: withNack(offer.sdp ?? "") })
      .catch(() => peer.setLocalDescription(offer))
      .catch(() => {});
  }

  #openChannel(peer: RTCPeerConnection): void {
    const channel = peer.createDataChannel("hustings", { ordered: true });
    channel.onopen = () => this.#tellMuted();
    channel.onmessage = ({ data }) => {
      const truth = readTruth(data);
      if (truth) this.#from(peer, { kind: "said", truth });
    };
    this.#channel = channel;
  }

  async #post(): Promise<void> {
    const peer = this.#peer;
    const answer = await postSdp(this.#address, withNack(peer?.localDescription?.sdp ?? ""));
    const { status, location, problem } = answer;
    if (this.#peer !== peer) {
      if (location) deleteLine(location);
      return;
    }
    this.#answer = answer.sdp;
    this.#location = location;
    this.#do({ kind: "answered", location, ...problem, status });
  }

  async #accept(): Promise<void> {
    const peer = this.#peer;
    if (!peer) return;
    await peer
      .setRemoteDescription({ type: "answer", sdp: this.#answer })
      .catch(() => this.#from(peer, { kind: "ice", state: "failed" }));
  }

  #hangUp(location: string | null): void {
    if (location) deleteLine(location);
    this.#location = null;
    this.#channel = null;
    this.#peer?.close();
    this.#peer = null;
    this.#others.srcObject = null;
  }

  #hear(stream: MediaStream): void {
    this.#others.srcObject = stream;
    this.#others.play().catch(() => {});
  }

  /** What an old connection still says is not about this one. */
  #from(peer: RTCPeerConnection, input: WhipInput): void {
    if (this.#peer === peer) this.#do(input);
  }

  #tellMuted(): void {
    const muted = this.muted.value;
    if (this.microphone.track) this.microphone.track.enabled = !muted;
    if (this.#channel?.readyState === "open") this.#channel.send(JSON.stringify({ v: 1, muted }));
  }
}
