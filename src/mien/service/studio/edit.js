import { byId, made } from "./dom.js";
import { trying } from "./forms.js";
import { GROUPS } from "./sliders.js";

/** Sliders that change the face. */
export class Edit {
  #studio;
  #stage;
  #emotions;
  #inputs = [];

  constructor(studio, stage, films, emotions) {
    this.#studio = studio;
    this.#stage = stage;
    this.#emotions = emotions;
    byId("sliders").append(...GROUPS.map(([title, sliders]) => this.#group(title, sliders)));
    byId("edit-reset").addEventListener("click", () => {
      this.#reset();
      void trying(() => this.#wear());
    });
    byId("edit-film").addEventListener("click", () => trying(() => films.make(this.#film())));
    studio.addEventListener("portrait", () => {
      this.#reset();
      byId("edit-film").hidden = studio.portrait?.kind !== "film";
    });
  }

  /** What the sliders say, without those at rest. */
  get edits() {
    const moved = this.#inputs.filter(({ dataset }) => dataset.moved);
    return Object.fromEntries(moved.map((input) => [input.dataset.edit, input.valueAsNumber]));
  }

  #group(title, sliders) {
    return made("fieldset", {}, made("legend", {}, title), ...sliders.map((each) => this.#slider(each)));
  }

  #slider([name, words, low, high, rest]) {
    const id = `edit-${name}`;
    const input = made("input", {
      id, type: "range", min: low, max: high, step: high - low > 5 ? 0.5 : 0.01, value: rest ?? low,
    });
    input.dataset.edit = name;
    input.dataset.rest = rest ?? "";
    const output = made("output", { for: id });
    input.addEventListener("input", () => {
      settle(input, output, true);
      void trying(() => this.#wear());
    });
    input.addEventListener("dblclick", () => {
      rested(input, output);
      void trying(() => this.#wear());
    });
    rested(input, output);
    this.#inputs.push(input);
    const row = made("div", { className: "slider" }, made("label", { for: id }, words), output, input);
    return row;
  }

  #reset() {
    for (const input of this.#inputs) rested(input, input.parentElement.querySelector("output"));
  }

  async #wear() {
    this.#studio.needPortrait();
    this.#emotions.forget();
    const { edits } = this;
    const film = this.#studio.portrait.kind === "film";
    const edited = film ? "Press “Edit the film” to see it." : "Edited";
    byId("status").textContent = Object.keys(edits).length ? edited : "As it is";
    await this.#stage.wear(Object.keys(edits).length ? { edits } : {});
  }

  #film() {
    const portrait = this.#studio.needPortrait();
    return { kind: "edit", source: portrait.id, edits: this.edits, ...this.#studio.common };
  }
}

/** At rest, where it asks for nothing. */
function rested(input, output) {
  input.value = input.dataset.rest === "" ? input.min : input.dataset.rest;
  settle(input, output, false);
}

function settle(input, output, moved) {
  const rests = input.dataset.rest !== "" && Number(input.dataset.rest) === input.valueAsNumber;
  input.dataset.moved = moved && !rests ? "yes" : "";
  const unset = input.dataset.rest === "" && !moved;
  output.textContent = unset ? "free" : String(Math.round(input.valueAsNumber * 100) / 100);
  input.setAttribute("aria-valuetext", output.textContent);
}
