import { byId, isPressed, made, pressed, show } from "./dom.js";
import { Latest } from "./latest.js";

const PREVIEW_PX = 1024;

/**
 * Where the portrait is seen: as it is, with a look, as a film, or live. Tells of "still" when
 * something else than the live portrait is shown.
 */
export class Stage extends EventTarget {
  #studio;
  #asked = new Latest();
  #waiting = 0;
  /** What is put on the face: fields of a still's request. */
  look = {};

  constructor(studio) {
    super();
    this.#studio = studio;
    studio.addEventListener("portrait", () => this.#reset());
    studio.addEventListener("face", () => this.#markFace());
    this.#reset();
    byId("before").addEventListener("click", (event) => {
      const on = !isPressed(event.currentTarget);
      pressed(event.currentTarget, on);
      byId("original").hidden = !on;
    });
  }

  /** Show this until the service has its own view of it. */
  expect(file) {
    show(byId("picture"), file);
  }

  /** Put a look on the face; the last one wins. */
  async wear(look) {
    this.look = look;
    const portrait = this.#studio.needPortrait();
    if (portrait.kind === "film") return;
    const request = { ...this.request(look, "jpg"), ...previewSize(portrait) };
    const blob = await this.busy(
      this.#asked.run((signal) => this.#studio.api.still(request, signal)),
    );
    if (!blob) return;
    show(byId("picture"), blob);
    this.#only("picture");
    this.#compare(false);
    byId("faces").hidden = Object.keys(look).length > 0;
  }

  /** A still that was asked for is not wanted any more: it would take the place of what is live. */
  drop() {
    this.#asked.stop();
  }

  /** What a still with this look is asked for with, in the portrait's own size. */
  request(look, format) {
    return { portrait: this.#studio.needPortrait().id, ...look, ...this.#studio.common, format };
  }

  /** Play a result, or show it if it is a picture. `clock`: where a film is, until another is shown. */
  play(blob) {
    const film = blob.type.startsWith("video/");
    const element = byId(film ? "film" : "picture");
    show(element, blob);
    this.#only(film ? "film" : "picture");
    byId("faces").hidden = true;
    if (film) void element.play().catch(() => undefined); // with sound a browser may want a click
    const { src } = element;
    return { film, clock: () => (element.src === src && !element.hidden ? element.currentTime : undefined) };
  }

  /** Show what is live; another call shows something else. */
  goLive() {
    this.#asked.stop();
    this.#only("live");
    byId("faces").hidden = false;
  }

  /** A sign that something is awaited. */
  async busy(work) {
    this.#waiting += 1;
    byId("busy").hidden = false;
    try {
      return await work;
    } finally {
      this.#waiting -= 1;
      byId("busy").hidden = this.#waiting === 0;
    }
  }

  #only(name) {
    for (const each of ["picture", "film", "live"]) byId(each).hidden = each !== name;
    byId("frame").classList.toggle("is-live", name === "live");
    if (name !== "film") byId("film").pause();
    if (name !== "live") this.dispatchEvent(new Event("still"));
  }

  #compare(on) {
    pressed(byId("before"), on);
    byId("original").hidden = !on;
  }

  #reset() {
    const { portrait } = this.#studio;
    this.#asked.stop();
    this.look = {};
    byId("studio").dataset.stage = portrait ? "portrait" : "empty";
    for (const panel of document.querySelectorAll('[role="tabpanel"]')) panel.inert = !portrait;
    byId("start").hidden = Boolean(portrait);
    byId("frame").hidden = byId("stage-tools").hidden = !portrait;
    this.#compare(false);
    this.#only("picture");
    if (!portrait) return;
    byId("frame").style.setProperty("--ratio", portrait.width / portrait.height);
    this.#outline(portrait);
    void this.#first(portrait);
  }

  async #first(portrait) {
    const { api } = this.#studio;
    try {
      const blob =
        portrait.kind === "film"
          ? await preview(api, portrait)
          : await this.busy(
              api.still({ ...this.request({}, "jpg"), ...previewSize(portrait), edits: {} }),
            );
      if (this.#studio.portrait !== portrait) return;
      show(byId("original"), blob);
      if (Object.keys(this.look).length === 0) show(byId("picture"), blob);
    } catch {
      // The picture that the reader chose stays; what is asked for next says what is wrong.
    }
  }

  #outline(portrait) {
    const place = byId("faces");
    const several = portrait.faces.length > 1;
    const buttons = portrait.faces.map((face, index) => {
      const words = `Face ${index + 1}${several ? ` of ${portrait.faces.length}` : ""}`;
      const button = made("button", { type: "button", "aria-label": words }, made("span", {}, several ? String(index + 1) : "Face"));
      button.style.left = `${(100 * face.x) / portrait.width}%`;
      button.style.top = `${(100 * face.y) / portrait.height}%`;
      button.style.width = `${(100 * face.width) / portrait.width}%`;
      button.style.height = `${(100 * face.height) / portrait.height}%`;
      button.addEventListener("click", () => this.#studio.chooseFace(index + 1));
      return button;
    });
    place.replaceChildren(...buttons);
    place.hidden = false;
    place.classList.toggle("several", several);
    this.#markFace();
    const found = several ? `${portrait.faces.length} faces found. Pick one.` : "One face found.";
    byId("status").textContent = portrait.faces.length ? found : "";
  }

  #markFace() {
    [...byId("faces").children].forEach((button, index) =>
      pressed(button, index + 1 === this.#studio.face),
    );
  }
}

/** A small picture of an upload. */
export async function preview(api, portrait) {
  const answer = await api.fetch(portrait.preview);
  if (!answer.ok) throw new Error("There is no preview.");
  return answer.blob();
}

function previewSize({ width, height }) {
  return Math.max(width, height) > PREVIEW_PX ? { size: PREVIEW_PX } : {};
}
