/** Sound as it comes, in pieces of about 20 ms of 16 bit. */
class Pcm extends AudioWorkletProcessor {
  #piece = new Int16Array(Math.round(sampleRate / 50));
  #filled = 0;

  process([[samples]]) {
    for (const sample of samples ?? []) {
      this.#piece[this.#filled] = Math.max(-1, Math.min(1, sample)) * 32767;
      this.#filled += 1;
      if (this.#filled === this.#piece.length) {
        this.port.postMessage(this.#piece.slice());
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("pcm", Pcm);
