import { makes, trying, valuesOf } from "./forms.js";
import { byId, percent, pressed, readable, show } from "./dom.js";
import { openMicrophone, wav } from "./microphone.js";
import { fetched } from "./portrait.js";

/** The portrait says what a sound says. */
export class Talk {
  #studio;
  #emotions;
  #live;
  #sound;
  #driver;
  #recording;
  #speaking;

  constructor(studio, films, emotions, live) {
    this.#studio = studio;
    this.#emotions = emotions;
    this.#live = live;
    readable(byId("liveliness"), percent);
    makes(byId("talk-form"), studio, films, () => this.#request());
    const input = byId("talk-file");
    input.addEventListener("change", () => {
      if (input.files[0]) this.#choose(input.files[0]);
      input.value = "";
    });
    byId("talk-sample").addEventListener("click", () =>
      trying(async () => this.#choose(await fetched("sample.ogg", "hello.ogg"))),
    );
    byId("talk-record").addEventListener("click", () => trying(() => this.#record()));
    byId("talk-live").addEventListener("click", () => trying(() => this.#say()));
    byId("talk-mic").addEventListener("click", () => trying(() => this.#speak()));
    live.addEventListener("change", () => this.#offer());
  }

  #choose(file) {
    this.#sound = file;
    this.#driver = undefined;
    byId("talk-chosen").textContent = file.name;
    show(byId("talk-audio"), file);
    byId("talk-audio").hidden = false;
    this.#offer();
  }

  #offer() {
    byId("talk-live").hidden = !(this.#live.running && (this.#sound || this.#live.speaking));
    byId("talk-live").textContent = this.#live.speaking ? "Interrupt" : "Say it live";
    byId("talk-mic").hidden = !this.#live.running;
    if (!this.#live.running && this.#speaking) void this.#speak();
  }

  async #record() {
    const button = byId("talk-record");
    if (this.#recording) {
      const { microphone, pieces } = this.#recording;
      this.#recording = undefined;
      pressed(button, false);
      button.textContent = "Record";
      await microphone.close();
      this.#choose(wav(pieces, microphone.rate));
      return;
    }
    const pieces = [];
    const microphone = await openMicrophone((piece) => pieces.push(piece));
    this.#recording = { microphone, pieces };
    pressed(button, true);
    button.textContent = "Stop";
    byId("talk-chosen").textContent = "Recording…";
  }

  async #request() {
    const portrait = this.#studio.needPicture();
    if (!this.#sound) throw new Error("Choose a sound first, record one, or use the sample.");
    this.#driver ??= await this.#studio.uploadDriver(this.#sound);
    const { text, emotion, liveliness, format } = valuesOf(byId("talk-form"));
    return {
      kind: "talk", source: portrait.id, audio: this.#driver.id, ...this.#studio.common,
      ...(text ? { text } : {}),
      ...(emotion ? { emotion, intensity: this.#emotions.intensity } : {}),
      liveliness: Number(liveliness) / 100, format,
    };
  }

  async #say() {
    if (this.#live.speaking) this.#live.interrupt();
    else await this.#live.speak(this.#sound);
  }

  async #speak() {
    const button = byId("talk-mic");
    const speaking = this.#speaking;
    this.#speaking = undefined;
    if (speaking) {
      await speaking.close();
      this.#live.endSpeech();
    } else {
      this.#speaking = await openMicrophone((piece, rate) => this.#live.hear(piece, rate));
    }
    pressed(button, this.#speaking !== undefined);
    button.textContent = this.#speaking ? "Stop speaking" : "Speak live";
  }
}
