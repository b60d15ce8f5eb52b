/** Of several askings only the last one counts: it ends those before it. */
export class Latest {
  #ending;

  /** What `work` gives, or undefined if something newer was asked for meanwhile. */
  async run(work) {
    this.stop();
    const ending = new AbortController();
    this.#ending = ending;
    try {
      const found = await work(ending.signal);
      return ending.signal.aborted ? undefined : found;
    } catch (error) {
      if (ending.signal.aborted) return undefined;
      throw error;
    }
  }

  stop() {
    this.#ending?.abort();
  }
}
