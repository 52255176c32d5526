/** A line to one stage: peer connection, data channel and requests, doing what the core says. */
import type { Standing } from "../../studio/pair.ts";
import { redFirst, withNack } from "../../studio/sdp.ts";
import { readTruth } from "../../studio/truth.ts";
import { portIn, wayOf } from "../../studio/way.ts";
import type { WhipInput, WhipOutput } from "../../studio/whip.ts";
import { Whip } from "../../studio/whip.ts";
import { after, monotonic } from "../clock.ts";
import { deleteLine, lineStands, postSdp, relaysOf } from "../http.ts";
import { Repair } from "./repair.ts";

/** How often a line looks whether its stage still speaks. */
const LOOK_MS = 250;
/** How often it is looked which way a line goes. */
const WAY_MS = 5000;
/** A stage that has said nothing for so long is listened for. */
const QUIET_MS = 1000;

/** What a line needs of the seat it belongs to. */
export interface Surroundings {
  /** Open the microphone; answers with the name of what went wrong. */
  ask: () => Promise<string | null>;
  let_go: () => void;
  track: () => MediaStreamTrack | null;
  muted: () => boolean;
  /** What a stage is told as soon as it listens: messages of spec/live.md. */
  says: () => Record<string, unknown>[];
  /** Something about this line is otherwise than before. */
  changed: () => void;
}

export class Line {
  standing: Standing = { link: "idle", trouble: null, truth: null, silence_ms: 0, way: null };
  /** What the others say, as this line's stage sends it. */
  others: MediaStream | null = null;
  #core = new Whip();
  #address: string;
  #around: Surroundings;
  #peer: RTCPeerConnection | null = null;
  #channel: RTCDataChannel | null = null;
  #repair: Repair | null = null;
  /** Packets of its stage's sound. */
  #packets = 0;
  #relays: RTCIceServer[] = [];
  #way_at = 0;
  #answer = "";
  #location: string | null = null;
  #cancel = () => {};

  /** `address`: where to offer the line. */
  constructor(address: string, around: Surroundings) {
    this.#address = address;
    this.#around = around;
    addEventListener("pagehide", () => {
      if (this.#location) deleteLine(this.#location);
    });
  }

  /** Nobody sits here, or nobody may. */
  get isOut(): boolean {
    return this.#core.link === "idle" || this.#core.link === "refused";
  }

  sit = (): void => this.#do({ kind: "sit" });
  leave = (): void => this.#do({ kind: "leave" });
  microphoneGone = (): void => this.#do({ kind: "microphone_gone" });

  async replaceTrack(): Promise<void> {
    await this.#peer?.getSenders()[0]?.replaceTrack(this.#around.track());
  }

  tellAll(): void {
    this.#repair?.mute(this.#around.muted());
    for (const said of this.#around.says()) this.tell(said);
  }

  /** Something that spec/live.md has a word for; nothing where the stage does not listen yet. */
  tell(what: Record<string, unknown>): void {
    if (this.#channel?.readyState === "open") this.#channel.send(JSON.stringify({ v: 1, ...what }));
  }

  #do(input: WhipInput): void {
    const now = monotonic();
    this.#core.handle(input, now);
    for (let out = this.#core.poll(); out; out = this.#core.poll()) void this.#perform(out);
    const { link, trouble, truth } = this.#core;
    const way = link === "connected" ? this.standing.way : null;
    this.standing = { link, trouble, truth, silence_ms: this.#core.silence_ms(now), way };
    this.#around.changed();
    this.#cancel();
    if (this.isOut) return;
    const wait_ms = (this.#core.deadline() ?? Number.POSITIVE_INFINITY) - now;
    this.#cancel = after(Math.min(LOOK_MS, wait_ms), () => this.#do({ kind: "tick" }));
    if (this.#peer && link === "connected" && now >= this.#way_at) {
      this.#way_at = now + WAY_MS;
      void this.#look(this.#peer);
    }
    if (this.#peer && link === "connected" && this.standing.silence_ms > QUIET_MS)
      void this.#listen(this.#peer);
  }

  /** Whether its sound still comes. */
  async #listen(peer: RTCPeerConnection): Promise<void> {
    let packets = 0;
    for (const report of (await peer.getStats()).values())
      if (report.type === "inbound-rtp") packets += report.packetsReceived;
    if (packets <= this.#packets || this.#peer !== peer) return;
    this.#packets = packets;
    this.#core.handle({ kind: "sounds" }, monotonic());
  }

  async #look(peer: RTCPeerConnection): Promise<void> {
    const way = wayOf((await peer.getStats()).values());
    if (this.#peer !== peer || this.standing.way === way) return;
    this.standing = { ...this.standing, way };
    this.#around.changed();
  }

  #perform(out: WhipOutput): Promise<void> | void {
    if (out.kind === "ask") return this.#ask();
    if (out.kind === "offer") return this.#offer();
    if (out.kind === "post") return this.#post();
    if (out.kind === "accept") return this.#accept();
    if (out.kind === "let_go") return this.#around.let_go();
    if (out.kind === "ask_after") return this.#askAfter(out.location);
    this.#hangUp(out.location);
  }

  async #ask(): Promise<void> {
    const [error, relays] = await Promise.all([this.#around.ask(), relaysOf(this.#address)]);
    this.#relays = relays;
    this.#do({ kind: "asked", error, relays: relays.length > 0 });
  }

  async #askAfter(location: string): Promise<void> {
    const stands = await lineStands(location);
    if (this.#location === location) this.#do({ kind: "stands", stands });
  }

  async #offer(): Promise<void> {
    const peer = new RTCPeerConnection({ iceServers: this.#relays });
    this.#peer = peer;
    peer.onconnectionstatechange = () => this.#from(peer, { kind: "ice", state: peer.connectionState });
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState === "complete") this.#from(peer, { kind: "gathered" });
    };
    peer.ontrack = ({ track, streams }) => this.#hear(streams[0] ?? new MediaStream([track]));
    this.#openChannel(peer);
    const lane = peer.addTransceiver(this.#around.track() ?? "audio", { direction: "sendrecv" });
    this.#repair = Repair.on(peer, lane.sender);
    this.#repair?.mute(this.#around.muted());
    lane.setCodecPreferences?.(redFirst(RTCRtpSender.getCapabilities("audio")?.codecs ?? []));
    const offer = await peer.createOffer();
    await peer
      .setLocalDescription({ type: "offer", sdp: withNack(offer.sdp ?? "") })
      .catch(() => peer.setLocalDescription(offer))
      .catch(() => {});
  }

  #openChannel(peer: RTCPeerConnection): void {
    const channel = peer.createDataChannel("hustings", { ordered: true });
    channel.onopen = () => this.tellAll();
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
    this.#do({ kind: "answered", location, ...problem, status, port: portIn(answer.sdp) });
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
    this.#repair?.close();
    this.#repair = null;
    this.#packets = 0;
    this.#way_at = 0;
    this.others = null;
  }

  #hear(stream: MediaStream): void {
    this.others = stream;
    this.#around.changed();
  }

  /** What an old connection still says is not about this one. */
  #from(peer: RTCPeerConnection, input: WhipInput): void {
    if (this.#peer === peer) this.#do(input);
  }
}
