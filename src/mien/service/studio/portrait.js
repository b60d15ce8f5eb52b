import { wordsOf } from "./api.js";
import { openCamera } from "./camera.js";
import { asked, calm, complain } from "./dialogs.js";
import { byId, made, show } from "./dom.js";
import { preview } from "./stage.js";

/** Where a portrait comes from: a file, the sample, the camera, or an earlier visit. */
export class Portraits {
  #studio;
  #stage;

  constructor(studio, stage) {
    this.#studio = studio;
    this.#stage = stage;
    this.#takeFiles();
    byId("sample").addEventListener("click", () => this.#sample());
    byId("photo-open").addEventListener("click", () => this.#photo());
    byId("restart").addEventListener("click", () => {
      calm();
      studio.choosePortrait(undefined);
      void this.recall();
      byId("portrait-file").focus();
    });
  }

  /** Send a picture and work on it. */
  async take(file) {
    calm();
    byId("status").textContent = "Sending…";
    try {
      const portrait = await this.#stage.busy(this.#studio.api.upload("portraits", file));
      this.#stage.expect(file);
      this.#studio.choosePortrait(portrait);
    } catch (error) {
      complain(wordsOf(error));
    }
  }

  /** Offer what was sent before. */
  async recall() {
    const { api } = this.#studio;
    const { portraits } = await api.call((client) => client.portraits.list({ limit: 6 }));
    const items = await Promise.all(
      portraits.map(async (portrait) => {
        const image = made("img", { alt: "" });
        show(image, await preview(api, portrait));
        const button = made("button", { type: "button", "aria-label": portrait.name }, image);
        button.addEventListener("click", () => {
          byId("picture").src = image.src;
          this.#studio.choosePortrait(portrait);
        });
        return made("li", {}, button);
      }),
    );
    byId("recent-list").replaceChildren(...items);
    byId("recent").hidden = items.length === 0;
  }

  #takeFiles() {
    const input = byId("portrait-file");
    input.addEventListener("change", () => {
      if (input.files[0]) void this.take(input.files[0]);
      input.value = "";
    });
    const drop = byId("drop");
    const over = (on) => (event) => {
      event.preventDefault();
      drop.classList.toggle("over", on);
    };
    drop.addEventListener("dragover", over(true));
    drop.addEventListener("dragleave", over(false));
    drop.addEventListener("drop", (event) => {
      over(false)(event);
      const [file] = event.dataTransfer.files;
      if (file) void this.take(file);
    });
    document.addEventListener("paste", (event) => {
      const [file] = event.clipboardData.files;
      if (file) void this.take(file);
    });
  }

  async #sample() {
    await this.take(await fetched("sample.png", "astronaut.png"));
  }

  async #photo() {
    const view = byId("photo-view");
    const problem = byId("photo-problem");
    problem.textContent = "";
    const closed = asked(byId("photo-dialog"));
    let camera;
    const take = async () => {
      if (camera) byId("photo-dialog").close(await this.#shoot(view));
    };
    byId("photo-take").addEventListener("click", take);
    try {
      camera = await openCamera(view);
    } catch (error) {
      problem.textContent = wordsOf(error);
    }
    await closed;
    byId("photo-take").removeEventListener("click", take);
    camera?.close();
  }

  async #shoot(view) {
    const canvas = made("canvas", { width: view.videoWidth, height: view.videoHeight });
    canvas.getContext("2d").drawImage(view, 0, 0);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    void this.take(new File([blob], "photo.png", { type: "image/png" }));
    return "taken";
  }
}

/** One of the studio's samples, as a file with a name. */
export async function fetched(sample, name) {
  const answer = await fetch(new URL(sample, import.meta.url));
  return new File([await answer.blob()], name);
}
