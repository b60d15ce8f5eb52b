import { wordsOf } from "./api.js";
import { complain } from "./dialogs.js";
import { byId, made, percent, pressed, readable } from "./dom.js";

const THUMB_PX = 132;
/** How much of the picture around a face, in widths of the face. */
const AROUND = 1.45;

/** The emotions as faces to click. */
export class Emotions {
  #studio;
  #stage;
  #live;
  #intensity;
  #transition;
  #round = 0;
  names = [];
  chosen;

  constructor(studio, stage, live) {
    this.#studio = studio;
    this.#stage = stage;
    this.#live = live;
    this.#intensity = readable(byId("intensity"), percent);
    this.#transition = readable(byId("transition"), (seconds) => `${seconds.toFixed(1)} s`);
    byId("intensity").addEventListener("input", () => this.chosen && this.#wear());
    for (const change of ["portrait", "face", "engine"]) {
      studio.addEventListener(change, () => this.#renew());
    }
  }

  get intensity() {
    return this.#intensity() / 100;
  }

  async load() {
    const { expressions } = await this.#studio.api.call((client) => client.expressions());
    this.names = expressions.map(({ name }) => name);
    const buttons = expressions.map(({ name, description }) => {
      const face = made("canvas", { width: THUMB_PX, height: THUMB_PX, "aria-hidden": "true" });
      const button = made("button", { type: "button", title: description, "aria-pressed": "false" }, face, name);
      button.dataset.emotion = name;
      button.addEventListener("click", () => this.#choose(name));
      return button;
    });
    byId("emotions").replaceChildren(...buttons);
    for (const select of document.querySelectorAll(".emotion-choice")) {
      select.append(...this.names.map((name) => made("option", { value: name }, name)));
    }
    this.#renew();
  }

  /** Nothing is chosen any more: something else is on the face. */
  forget() {
    this.chosen = undefined;
    this.#mark();
  }

  #choose(name) {
    this.chosen = name;
    this.#mark();
    void this.#wear();
  }

  async #wear() {
    try {
      this.#studio.needPicture();
      const look = { emotion: this.chosen, intensity: this.intensity };
      this.#stage.look = look;
      if (this.#live.preferred && (await this.#live.resume())) {
        this.#live.feel(look.emotion, look.intensity, this.#transition());
      } else {
        await this.#stage.wear(look);
      }
      byId("status").textContent = `${look.emotion}, ${percent(this.#intensity())}`;
    } catch (error) {
      complain(wordsOf(error));
    }
  }

  #mark() {
    for (const button of byId("emotions").children) {
      pressed(button, button.dataset.emotion === this.chosen);
    }
  }

  #renew() {
    this.forget();
    const round = (this.#round += 1);
    for (const canvas of document.querySelectorAll("#emotions canvas")) {
      canvas.getContext("2d").clearRect(0, 0, THUMB_PX, THUMB_PX);
    }
    if (this.#studio.portrait?.kind === "picture") void this.#draw(() => round === this.#round);
  }

  /** One after the other, so that what the reader asks for meanwhile is not kept waiting. */
  async #draw(current) {
    const { portrait, face, api } = this.#studio;
    const box = portrait.faces[face - 1];
    if (!box) return;
    const side = Math.min(AROUND * Math.max(box.width, box.height), portrait.width, portrait.height);
    const size = Math.round((Math.max(portrait.width, portrait.height) * THUMB_PX) / side);
    for (const button of byId("emotions").children) {
      if (!current()) return;
      const look = { emotion: button.dataset.emotion, intensity: 0.8 };
      const request = { ...this.#stage.request(look, "jpg"), size: Math.max(64, Math.min(1024, size)) };
      const blob = await api.still(request).catch(() => undefined);
      if (!blob || !current()) return;
      const picture = await createImageBitmap(blob);
      const scale = picture.width / portrait.width;
      const x = clamped(box.x + box.width / 2 - side / 2, portrait.width - side);
      const y = clamped(box.y + box.height * 0.44 - side / 2, portrait.height - side);
      const target = button.querySelector("canvas").getContext("2d");
      target.drawImage(picture, x * scale, y * scale, side * scale, side * scale, 0, 0, THUMB_PX, THUMB_PX);
      picture.close();
    }
  }
}

const clamped = (value, most) => Math.max(0, Math.min(value, most));
