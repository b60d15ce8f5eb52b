import { makes, trying, valuesOf } from "./forms.js";
import { byId, made, percent, pressed, readable, sentence, show } from "./dom.js";
import { openMicrophone, wav } from "./microphone.js";
import { fetched } from "./portrait.js";

/** The portrait says what a sound says, or what is typed. */
export class Talk {
  #studio;
  #emotions;
  #live;
  #captions;
  #form = byId("talk-form");
  #sound;
  #driver;
  /** Sounds of typed words, by words and voice. */
  #spoken = new Map();
  #recording;
  #speaking;
  /** What is said live: the id of a sound and its words, by the segment's name. */
  #segments = new Map();

  constructor(studio, films, emotions, live, captions) {
    this.#studio = studio;
    this.#emotions = emotions;
    this.#live = live;
    this.#captions = captions;
    readable(byId("liveliness"), percent);
    makes(this.#form, studio, films, () => this.#request());
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
    for (const radio of this.#form.elements.heard) radio.addEventListener("change", () => this.#offer());
    live.addEventListener("change", () => {
      this.#offer();
      this.#caption();
    });
    this.#offer();
  }

  /** Ask for the voices. */
  async load() {
    const { voices, problem, default: usual } = await this.#studio.api.call((client) => client.voices());
    const options = voices.map(({ id, name }) => made("option", { value: id }, name));
    this.#form.elements.voice.replaceChildren(...options);
    if (usual) this.#form.elements.voice.value = usual;
    byId("talk-voice").hidden = voices.length === 0;
    byId("talk-mute").hidden = voices.length > 0;
    byId("talk-mute").replaceChildren(...sentence(problem ?? ""));
  }

  get #typed() {
    return this.#form.elements.heard.value === "words";
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
    byId("talk-sound").hidden = this.#typed;
    byId("talk-words").hidden = !this.#typed;
    byId("talk-text-hint").textContent = this.#typed ? "in the language of the voice" : "optional, makes the lips more exact";
    byId("talk-live").hidden = !(this.#live.running && (this.#typed || this.#sound || this.#live.speaking));
    byId("talk-live").textContent = this.#live.speaking ? "Interrupt" : "Say it live";
    byId("talk-mic").hidden = !this.#live.running;
    if (!this.#live.running && this.#speaking) void this.#speak();
  }

  #caption() {
    const segment = this.#live.said?.segment;
    const said = this.#segments.get(segment);
    if (!said) return;
    this.#segments.delete(segment);
    const clock = () => (this.#live.said?.segment === segment ? this.#live.said.seconds : undefined);
    void this.#captions.follow(said.id, said.text, clock);
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
    const chosen = byId("talk-chosen");
    chosen.textContent = "Recording…";
    let length = 0;
    const microphone = await openMicrophone((piece, rate) => {
      pieces.push(piece);
      length += piece.length / rate;
      if (this.#recording) chosen.textContent = `Recording… ${Math.floor(length)} s`;
    });
    this.#recording = { microphone, pieces };
    pressed(button, true);
    button.textContent = "Stop";
  }

  async #request() {
    const portrait = this.#studio.needPicture();
    const { id, text } = await this.#heard();
    const { emotion, liveliness, format, driving, audio_driver, lips, crop } = valuesOf(this.#form);
    return {
      kind: "talk", source: portrait.id, audio: id, ...this.#studio.common,
      ...(text && !audio_driver ? { text } : {}),
      ...Object.fromEntries(
        Object.entries({ driving, audio_driver, lips, crop }).filter(([, value]) => value !== undefined),
      ),
      ...(emotion ? { emotion, intensity: this.#emotions.intensity } : {}),
      liveliness: Number(liveliness) / 100, format,
    };
  }

  /** The sound that is meant, sent or made: its id, and its words where they help. */
  async #heard() {
    const { text, voice } = valuesOf(this.#form);
    if (!this.#typed) {
      if (!this.#sound) throw new Error("Choose a sound first, record one, or use the sample.");
      this.#driver ??= await this.#studio.uploadDriver(this.#sound);
      return { id: this.#driver.id, text };
    }
    if (!voice) throw new Error(byId("talk-mute").textContent);
    if (!text) throw new Error("Write what is to be said first.");
    const key = JSON.stringify([text, voice]);
    const driver = this.#spoken.get(key) ?? (await this.#studio.say(text, voice));
    this.#spoken.set(key, driver);
    return { id: driver.id, text: voice.startsWith("en") ? text : undefined };
  }

  async #say() {
    if (this.#live.speaking) return this.#live.interrupt();
    const heard = await this.#heard();
    const segment = `page-${this.#segments.size}-${Date.now()}`;
    this.#segments.set(segment, heard);
    await this.#live.speak(heard.id, segment);
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
