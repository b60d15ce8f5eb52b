import type { Bytes } from "./bytes.js";

/** Frames by key up to so many bytes; the longest unused goes first. */
export class FrameCache {
  readonly #frames = new Map<string, Bytes>();
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get(key: string): Bytes | undefined {
    const frame = this.#frames.get(key);
    if (frame !== undefined) this.#put(key, frame);
    return frame;
  }

  add(key: string, frame: Bytes): void {
    this.#put(key, frame);
    for (const [oldest, { byteLength }] of this.#frames) {
      if (this.#bytes <= this.#mostBytes) return;
      this.#frames.delete(oldest);
      this.#bytes -= byteLength;
    }
  }

  #put(key: string, frame: Bytes): void {
    this.#bytes += frame.byteLength - (this.#frames.get(key)?.byteLength ?? 0);
    this.#frames.delete(key);
    this.#frames.set(key, frame);
  }
}
