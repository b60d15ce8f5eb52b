import { commandsOf } from "./commands.js";
import { showCommand } from "./dialogs.js";
import { byId, made, percent, readable } from "./dom.js";
import { trying, valuesOf } from "./forms.js";
import { zipped } from "./zip.js";

/** All emotions at once. */
export class Batch {
  #studio;
  #stage;
  #emotions;
  #ending;

  constructor(studio, stage, films, emotions) {
    this.#studio = studio;
    this.#stage = stage;
    this.#emotions = emotions;
    readable(byId("batch-intensity"), percent);
    const form = byId("batch-form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void trying(() => this.#make());
    });
    byId("batch-cancel").addEventListener("click", () => this.#ending?.abort());
    byId("batch-sheet").addEventListener("click", () => trying(() => films.make(this.#sheet())));
    form.querySelector("[data-command]").addEventListener("click", () =>
      trying(() =>
        showCommand(commandsOf(this.#sheet(), studio)),
      ),
    );
    studio.addEventListener("portrait", () => {
      this.#ending?.abort();
      byId("batch-done").hidden = true;
    });
  }

  #sheet() {
    const { intensity, format } = valuesOf(byId("batch-form"));
    const { id } = this.#studio.needPicture();
    return {
      kind: "express", source: id, every: true, intensity: Number(intensity) / 100,
      ...this.#studio.common, format,
    };
  }

  async #make() {
    const portrait = this.#studio.needPicture();
    const ending = new AbortController();
    this.#ending = ending;
    byId("batch-done").hidden = true;
    byId("batch-progress").hidden = false;
    byId("batch-form").querySelector('[type="submit"]').disabled = true;
    try {
      const files = await this.#pictures(ending.signal);
      if (!ending.signal.aborted) this.#offer(await zipped(files), portrait.name);
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    } finally {
      byId("batch-progress").hidden = true;
      byId("batch-form").querySelector('[type="submit"]').disabled = false;
    }
  }

  async #pictures(signal) {
    const { intensity, format, size } = valuesOf(byId("batch-form"));
    const { names } = this.#emotions;
    const files = [];
    for (const name of names) {
      byId("batch-words").textContent = `${files.length} of ${names.length}: ${name}`;
      byId("batch-progress").querySelector("progress").value = files.length / names.length;
      const look = { emotion: name, intensity: Number(intensity) / 100 };
      const request = { ...this.#stage.request(look, format), ...(size ? { size: Number(size) } : {}) };
      files.push({ name: `${name}.${format}`, blob: await this.#studio.api.still(request, signal) });
    }
    return files;
  }

  #offer(blob, portrait) {
    const name = `${portrait.replace(/\.[^.]*$/, "") || "portrait"}-emotions.zip`;
    const words = `${name}, ${(blob.size / 1e6).toFixed(1)} MB`;
    const link = made("a", { href: URL.createObjectURL(blob), download: name, className: "button primary" }, `Download ${words}`);
    byId("batch-done").replaceChildren(link);
    byId("batch-done").hidden = false;
    link.focus();
  }
}
