import { wordsOf } from "./api.js";
import { asked } from "./dialogs.js";
import { byId, made, sentence } from "./dom.js";

/** Which engine renders, and what each needs. */
export class Engines {
  #studio;

  constructor(studio, live) {
    this.#studio = studio;
    byId("engine-open").addEventListener("click", () => this.#open());
    const ways = [...document.querySelectorAll('[name="transport"]')];
    for (const way of ways) {
      way.addEventListener("change", () => live.comeBy(way.value === "webrtc"));
    }
    live.addEventListener("webrtc-failed", () => (ways[0].checked = true));
  }

  /** Ask for them; the service's own is named. */
  async load() {
    const { engines } = await this.#studio.api.call((client) => client.engines());
    const chosen = this.#studio.engine ?? engines.find((each) => each.default)?.name;
    byId("engine-name").textContent = chosen ?? "none";
    return engines.map((each) => ({ ...each, chosen: each.name === chosen }));
  }

  async #open() {
    const place = byId("engines");
    place.replaceChildren(made("p", { className: "hint" }, "Asking what runs here…"));
    const closed = asked(byId("engine-dialog"));
    try {
      place.replaceChildren(...(await this.load()).map((engine) => this.#choice(engine)));
    } catch (error) {
      place.replaceChildren(made("p", { className: "problem" }, wordsOf(error)));
    }
    await closed;
  }

  #choice(engine) {
    const radio = made("input", {
      type: "radio", name: "engine", checked: engine.chosen, disabled: !engine.available,
    });
    radio.addEventListener("change", () => {
      byId("engine-name").textContent = engine.name;
      this.#studio.chooseEngine(engine.default ? undefined : engine.name);
    });
    const label = made("label", {}, radio, made("b", {}, engine.name), made("p", {}, needsOf(engine)));
    if (engine.problem) label.append(made("p", { className: "problem" }, ...sentence(engine.problem)));
    return label;
  }
}

function needsOf({ memory_mb: memory, devices, species, licence }) {
  const words = [];
  if (devices.length) words.push(`runs on ${devices.join(", ")}`);
  if (memory) words.push(`needs ${memory} MB`);
  if (species.length > 1) words.push(`for ${species.join(" and ")}`);
  if (licence) words.push(licence);
  return words.join(" · ");
}
