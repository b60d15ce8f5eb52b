import { openCamera, recordFilm } from "./camera.js";
import { byId, pressed, readable, show } from "./dom.js";
import { makes, trying, valuesOf } from "./forms.js";

/** The portrait moves as something else does. */
export class Drive {
  #studio;
  #live;
  #file;
  #driver;
  #recording;
  #camera;

  constructor(studio, films, live) {
    this.#studio = studio;
    this.#live = live;
    readable(byId("multiplier"), (times) => `${times.toFixed(1)}×`);
    makes(byId("drive-form"), studio, films, () => this.#request());
    const input = byId("drive-file");
    input.addEventListener("change", () => {
      if (input.files[0]) this.#choose(input.files[0]);
      input.value = "";
    });
    byId("drive-record").addEventListener("click", () => trying(() => this.#record()));
    byId("drive-live").addEventListener("click", () => trying(() => this.#drive()));
    live.addEventListener("change", () => {
      byId("drive-live").hidden = !live.running;
      if (!live.running && this.#camera) void this.#drive();
    });
  }

  #choose(file) {
    this.#file = file;
    this.#driver = undefined;
    byId("drive-chosen").textContent = file.name;
    byId("drive-form").elements.driver.value = "file";
    const film = byId("drive-film");
    film.hidden = !file.type.startsWith("video/");
    film.controls = true;
    if (!film.hidden) show(film, file);
  }

  async #record() {
    const button = byId("drive-record");
    if (this.#recording) {
      const { camera, stop } = this.#recording;
      this.#recording = undefined;
      const file = await stop();
      camera.close();
      this.#choose(file);
    } else {
      const film = byId("drive-film");
      film.hidden = false;
      const camera = await openCamera(film);
      this.#recording = { camera, stop: recordFilm(camera.stream) };
    }
    pressed(button, this.#recording !== undefined);
    button.textContent = this.#recording ? "Stop" : "Record me";
  }

  async #drive() {
    const film = byId("drive-film");
    const camera = this.#camera;
    this.#camera = undefined;
    if (camera) {
      this.#live.watch(undefined);
      camera.close();
      film.hidden = true;
    } else {
      film.controls = false;
      film.hidden = false;
      this.#camera = await openCamera(film);
      this.#live.watch(film);
    }
    pressed(byId("drive-live"), this.#camera !== undefined);
  }

  async #request() {
    const portrait = this.#studio.needPortrait();
    const { driver, region, duration, multiplier, format } = valuesOf(byId("drive-form"));
    return {
      kind: "animate", source: portrait.id, driving: await this.#driving(driver), ...this.#studio.common,
      ...(region === "all" ? {} : { region }),
      ...(Number(multiplier) === 1 ? {} : { multiplier: Number(multiplier) }),
      ...(byId("drive-form").elements.relative.checked ? {} : { relative: false }),
      ...(driver !== "file" && duration ? { duration: Number(duration) } : {}),
      format,
    };
  }

  async #driving(driver) {
    if (driver !== "file") return driver;
    if (!this.#file) throw new Error("Choose a film, a picture or a template first, or record yourself.");
    this.#driver ??= await this.#studio.uploadDriver(this.#file);
    return this.#driver.id;
  }
}
