import { byId } from "./dom.js";

const EVERY_MS = 1000;

/** How well the live portrait does, as it is seen here: pictures per second, and how old they are. */
export class LiveFigures {
  #asking;
  #askedMs;
  #before;

  /** `ask`: asks the session how it does; its answer comes to `told`. */
  begin(ask) {
    this.end();
    this.#asking = setInterval(() => {
      this.#askedMs = performance.now();
      ask();
    }, EVERY_MS);
  }

  end() {
    clearInterval(this.#asking);
    this.#before = undefined;
    byId("live-figures").textContent = "";
  }

  /**
   * `latency_p50_ms`: until a picture is encoded. `delay_ms`: how much later the engine has it than
   * it was asked for. `playback`: what shows pictures here.
   */
  told({ latency_p50_ms: renderedMs, delay_ms: delayedMs }, playback) {
    const now = performance.now();
    const drawn = playback?.drawn ?? 0;
    const before = this.#before;
    this.#before = { now, drawn };
    if (!playback || !before || drawn < before.drawn) return;
    const fps = (1000 * (drawn - before.drawn)) / (now - before.now);
    const oldMs = delayedMs + (renderedMs ?? 0) + (now - this.#askedMs) / 2 + playback.heldMs;
    byId("live-figures").textContent = `${fps.toFixed(0)} fps · ${oldMs.toFixed(0)} ms`;
  }
}
