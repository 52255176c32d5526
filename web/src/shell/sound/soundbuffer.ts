/** A MediaSource with one buffer for Opus: holds an operation back until it is open, says how each one went. */

import { OPUS, soundBufferKind } from "./abilities.ts";

export interface BufferListener {
  settled(): void;
  /** There is no room for what was to be appended. */
  refused(): void;
  gone(): void;
}

export class SoundBuffer {
  #buffer: SourceBuffer | null = null;
  #held: (() => void) | null = null;
  #listener: BufferListener;

  constructor(audio: HTMLAudioElement, listener: BufferListener) {
    this.#listener = listener;
    const Maker = soundBufferKind();
    if (!Maker) return;
    const source = new Maker();
    // ManagedMediaSource opens only where the sound cannot be sent on to another device.
    audio.disableRemotePlayback = true;
    const address = URL.createObjectURL(source);
    source.addEventListener("sourceopen", () => {
      URL.revokeObjectURL(address);
      this.#opened(source);
    });
    source.addEventListener("sourceclose", () => {
      if (audio.src === address) listener.gone();
    });
    audio.src = address;
  }

  append(bytes: Uint8Array<ArrayBuffer>): void {
    this.#do((buffer) => buffer.appendBuffer(bytes));
  }

  trim(before: number): void {
    this.#do((buffer) => (before > 0 && buffer.buffered.length > 0 ? buffer.remove(0, before) : this.#later()));
  }

  #opened(source: MediaSource): void {
    if (this.#buffer) return;
    this.#buffer = source.addSourceBuffer(OPUS);
    this.#buffer.addEventListener("updateend", () => this.#listener.settled());
    this.#held?.();
    this.#held = null;
  }

  #do(operation: (buffer: SourceBuffer) => void): void {
    const buffer = this.#buffer;
    if (!buffer) {
      this.#held = () => this.#do(operation);
      return;
    }
    try {
      operation(buffer);
    } catch (reason) {
      if ((reason as DOMException).name === "QuotaExceededError")
        queueMicrotask(() => this.#listener.refused());
      else this.#listener.gone();
    }
  }

  #later(): void {
    queueMicrotask(() => this.#listener.settled());
  }
}
