import { byId, made } from "./dom.js";

const PX_PER_S = 400;
/** Beyond it on either side nothing is seen. */
const SIGHT_S = 2.5;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** Mouth shapes under the preview, as they are said. */
export class Captions {
  #studio;
  #known = new Map();
  #round = 0;
  #drawing;
  #rests = false;

  constructor(studio) {
    this.#studio = studio;
  }

  /** Keep room for them, or not, while nothing is said: a preview that changes its size is not calm. */
  rest(on) {
    this.#rests = on;
    if (!("viseme" in byId("captions").dataset)) byId("captions").hidden = !on;
  }

  /**
   * Show what a mouth does while something plays. `sound`: the id of a sound. `text`: its words, or
   * undefined. `clock`: gives seconds from the sound's beginning, or undefined when it is over.
   */
  async follow(sound, text, clock) {
    const round = this.stop();
    const segments = await this.#segments(sound, text).catch(() => undefined);
    // A sound that cannot be heard is said where it is used; without captions nothing is lost.
    if (!segments || round !== this.#round) return;
    const chips = segments.map(chip);
    byId("ribbon").replaceChildren(...chips);
    const draw = () => {
      if (round !== this.#round) return;
      const seconds = clock();
      if (seconds === undefined) return void this.stop();
      byId("captions").hidden = false;
      place(segments, chips, seconds);
      this.#drawing = requestAnimationFrame(draw);
    };
    draw();
  }

  stop() {
    cancelAnimationFrame(this.#drawing);
    byId("ribbon").replaceChildren();
    delete byId("captions").dataset.viseme;
    byId("captions").hidden = !this.#rests;
    return (this.#round += 1);
  }

  #segments(sound, text) {
    const key = JSON.stringify([sound, text]);
    const asked = { audio: sound, ...(text ? { text } : {}) };
    const found =
      this.#known.get(key) ??
      this.#studio.api.call(async (client) => (await client.visemes(asked)).segments);
    this.#known.set(key, found);
    found.catch(() => this.#known.delete(key));
    return found;
  }
}

function chip({ start, end, viseme, phoneme }) {
  const element = made("span", {}, made("b", {}, viseme === "sil" ? "" : viseme), made("i", {}, phoneme === "SIL" ? "" : phoneme));
  element.style.left = `${start * PX_PER_S}px`;
  element.style.width = `${Math.max(2, (end - start) * PX_PER_S - 2)}px`;
  element.classList.toggle("silence", viseme === "sil");
  return element;
}

function place(segments, chips, seconds) {
  const at = segments.findIndex(({ end }) => seconds < end);
  const now = segments[at];
  const middle = STILL.matches && now ? (now.start + now.end) / 2 : seconds;
  byId("ribbon").style.transform = `translateX(${-middle * PX_PER_S}px)`;
  byId("captions").dataset.viseme = now && seconds >= now.start ? now.viseme : "sil";
  chips.forEach((each, index) => {
    const { start, end } = segments[index];
    each.hidden = end < seconds - SIGHT_S || start > seconds + SIGHT_S;
    each.classList.toggle("now", index === at);
  });
}
