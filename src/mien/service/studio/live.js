import { BASE, wordsOf } from "./api.js";
import { MienApiError } from "./client/errors.js";
import { byId, made, pressed } from "./dom.js";
import { LiveFigures } from "./live-figures.js";
import { Playback } from "./playback.js";
import { Watching } from "./watching.js";
import { JPEG, PCM, PICTURES, packed, parsed } from "./wire.js";

const SIZE_PX = 512;
const CAMERA_MS = 60;
const CAMERA_PX = 480;
const MOST_UNSENT = 200_000;
const WITHOUT = new Set([404, 405]);

/**
 * The portrait as it lives: it begins when one is chosen. Tells of "change" when it begins or ends.
 *
 * A service without live sessions is a page with stills.
 */
export class Live extends EventTarget {
  #studio;
  #stage;
  #session;
  #socket;
  #playback;
  #seq = 0;
  #rate;
  #segments = 0;
  #camera;
  #hearing = false;
  #round = 0;
  #wanted = true;
  #refused = false;
  #beginning;
  /** Sessions that were left end: there may be room for one only. */
  #ending;
  #showing = false;
  #left = false;
  #said;
  #figures = new LiveFigures();
  #cutOut = false;
  /** Whether pictures come by WebRTC. */
  byWebrtc = false;
  /** Whether it is what is seen. */
  running = false;
  /** Whether it speaks. */
  speaking = false;

  constructor(studio, stage) {
    super();
    this.#studio = studio;
    this.#stage = stage;
    for (const change of ["portrait", "face", "engine"]) {
      studio.addEventListener(change, () => {
        this.#refused = false;
        void this.#begin();
      });
    }
    stage.addEventListener("still", () => this.#pause());
    byId("live-toggle").addEventListener("click", () => {
      this.#wanted = !this.running;
      this.#refused = false;
      if (this.#wanted) void this.resume();
      else void stage.wear(stage.look).catch(() => undefined);
    });
    byId("cut-out").addEventListener("click", () => {
      this.#cutOut = !this.#cutOut;
      pressed(byId("cut-out"), this.#cutOut);
      byId("frame").classList.toggle("cut-out", this.#cutOut);
      void this.#begin();
    });
    addEventListener("pagehide", () => this.#end());
  }

  /** Whether a reader who clicks an emotion wants to see it live, and may. */
  get preferred() {
    return this.#wanted && !this.#refused;
  }

  /** Show it again after something else was shown. Gives whether it is there, or about to be. */
  async resume() {
    this.#stage.drop();
    this.#left = false;
    if (!this.#open) await (this.#beginning ?? this.#begin());
    if (this.#open && !this.#showing) this.#show();
    return this.#open;
  }

  feel(name, intensity, seconds) {
    this.#say({ type: "emotion", name, intensity, transition_s: seconds });
  }

  /** What is said now: its name, and how far it is, seconds. */
  get said() {
    if (!this.#said) return undefined;
    const { segment, beganS, cameMs } = this.#said;
    const time = this.#playback?.time;
    return { segment, seconds: time === undefined ? (performance.now() - cameMs) / 1000 : time - beganS };
  }

  /** Change how its pictures come. */
  comeBy(webrtc) {
    this.byWebrtc = webrtc;
    if (this.#open && this.#showing) this.#show();
  }

  /** Let it say a sound, by its id. `segment`: a name for it. */
  async speak(driver, segment) {
    if (!(await this.resume())) throw new Error("The live portrait has ended. Turn it on again.");
    const body = new FormData();
    body.append("driver", driver);
    body.append("segment", segment);
    await this.#studio.api.json(`/v1/sessions/${this.#session}/speak`, { method: "POST", body });
  }

  /** Let it say what is heard: an Int16Array as it comes. */
  hear(samples, rate) {
    if (this.#rate !== rate) this.#say({ type: "audio_format", rate });
    this.#rate = rate;
    if (!this.#hearing) {
      this.#hearing = true;
      this.#say({ type: "begin_segment", segment: `microphone-${(this.#segments += 1)}` });
    }
    this.#send(PCM, samples);
  }

  /** Nothing more is heard. */
  endSpeech() {
    this.#hearing = false;
    this.#say({ type: "end_segment" });
  }

  interrupt() {
    this.#hearing = false;
    this.#playback?.clear();
    this.#say({ type: "clear" });
  }

  /** Let a camera's picture, in a `<video>`, drive it; undefined ends that. */
  watch(video) {
    clearInterval(this.#camera);
    if (!video) return;
    this.#say({ type: "recalibrate" });
    const canvas = made("canvas");
    this.#camera = setInterval(() => void this.#sendFrame(video, canvas), CAMERA_MS);
  }

  get #open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #begin() {
    const round = (this.#round += 1);
    this.#ending = Promise.allSettled([this.#ending, this.#beginning]);
    this.#end();
    this.#left = false;
    const { portrait } = this.#studio;
    const possible = portrait?.kind === "picture";
    byId("live-toggle").hidden = !possible;
    this.#beginning = possible && this.preferred ? this.#create(portrait, round) : undefined;
    return this.#beginning;
  }

  async #create(portrait, round) {
    const { api } = this.#studio;
    try {
      await this.#ending;
      if (round !== this.#round) return;
      const asked = { portrait: portrait.id, size: SIZE_PX, transparent: this.#cutOut, ...this.#studio.common };
      const session = await api.json("/v1/sessions", { method: "POST", json: asked });
      if (round !== this.#round) return await this.#delete(session.id);
      this.#session = session.id;
      const { subprotocols } = await api.json(`/v1/sessions/${session.id}/ticket`, { method: "POST" });
      if (round !== this.#round) return;
      await this.#connect(session.websocket, subprotocols);
    } catch (error) {
      if (round !== this.#round) return;
      this.#refused = true;
      const without = error instanceof MienApiError && WITHOUT.has(error.status);
      byId("live-toggle").hidden = without;
      if (!without) byId("status").textContent = `Not live: ${wordsOf(error)}`;
    } finally {
      if (round === this.#round) this.#beginning = undefined;
    }
  }

  #connect(path, subprotocols) {
    const socket = new WebSocket(BASE.replace(/^http/, "ws") + path, subprotocols);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") this.#obey(JSON.parse(data), socket);
      else void this.#receive(parsed(data), socket);
    });
    socket.addEventListener("close", ({ reason, code }) => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      if (this.running) byId("status").textContent = `Not live any more: ${reason || `code ${code}`}`;
      this.#rest();
    });
    return new Promise((resolve, reject) => {
      socket.addEventListener("open", () => resolve(this.#left || this.#show()));
      socket.addEventListener("close", ({ reason }) => reject(new Error(reason || "the connection failed")));
    });
  }

  #show() {
    this.#showing = true;
    this.#rate = undefined;
    // Over WebRTC there are no events: they come with pictures here, which stop for want of acks.
    this.#say({ type: "start", form: this.#cutOut ? "webp" : "jpeg", sound: !this.#webrtc });
    const { look } = this.#stage;
    if (look.emotion) this.feel(look.emotion, look.intensity, 0);
  }

  /** What is cut out comes over the socket: videos of WebRTC are not transparent. */
  get #webrtc() {
    return this.byWebrtc && !this.#cutOut;
  }

  #obey(message, socket) {
    if (socket !== this.#socket) return;
    if (message.type === "session") this.#receiveFrom(message.rate);
    else if (message.type === "cleared") this.#playback?.clear();
    else if (message.type === "error") byId("status").textContent = message.detail;
    else if (message.type === "stats") this.#figures.told(message, this.#playback);
    else if (message.type === "started" || message.type === "finished") this.#noteSpeech(message);
  }

  #receiveFrom(rate) {
    this.#playback?.close();
    if (!this.#webrtc) {
      this.#playback = new Playback(byId("live"), rate);
      return;
    }
    const watching = new Watching(this.#studio.api, byId("live"));
    this.#playback = watching;
    const back = (words) => {
      if (watching !== this.#playback) return;
      byId("status").textContent = `${words}: the live picture comes over a WebSocket now.`;
      this.dispatchEvent(new CustomEvent("webrtc-failed"));
      this.comeBy(false);
    };
    const begin = () => watching === this.#playback && !this.running && this.#start();
    watching.open(this.#session, begin, back).catch((error) => back(`WebRTC: ${wordsOf(error)}`));
  }

  #noteSpeech({ type, segment, pts_us: ptsUs }) {
    this.speaking = type === "started";
    this.#said = this.speaking ? { segment, beganS: ptsUs / 1e6, cameMs: performance.now() } : undefined;
    this.dispatchEvent(new Event("change"));
  }

  async #receive(message, socket) {
    const playback = this.#playback;
    if (!message || !playback || !this.#showing || this.#webrtc || socket !== this.#socket) return;
    if (message.kind === PCM) {
      playback.sound(new Int16Array(message.payload.slice().buffer), message.ptsUs);
      return;
    }
    const bitmap = await createImageBitmap(new Blob([message.payload], { type: PICTURES[message.kind] }));
    this.#say({ type: "ack", seq: message.seq });
    if (playback !== this.#playback) return bitmap.close();
    playback.picture(bitmap, message.ptsUs);
    if (!this.running) this.#start();
  }

  /** With the first picture, so that nothing flickers. */
  #start() {
    this.#stage.goLive();
    this.#tell(true);
  }

  #pause() {
    this.#left = true;
    if (!this.#showing) return;
    if (this.#open) this.#say({ type: "stop" });
    this.#rest();
  }

  #rest() {
    this.#showing = false;
    this.watch(undefined);
    this.#playback?.close();
    this.#playback = undefined;
    this.speaking = this.#hearing = false;
    this.#said = undefined;
    if (this.running) this.#tell(false);
  }

  #end() {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    if (this.#session) this.#ending = Promise.allSettled([this.#ending, this.#delete(this.#session)]);
    this.#session = undefined;
    this.#playback?.close(false);
    this.#rest();
  }

  async #delete(session) {
    const end = { method: "DELETE", keepalive: true };
    await this.#studio.api.fetch(`/v1/sessions/${session}`, end).catch(() => undefined);
  }

  #tell(running) {
    this.running = running;
    byId("transition-row").hidden = byId("cut-out").hidden = !running;
    if (running) this.#figures.begin(() => this.#say({ type: "stats" }));
    else this.#figures.end();
    pressed(byId("live-toggle"), running);
    this.dispatchEvent(new Event("change"));
  }

  #say(message) {
    if (this.#open) this.#socket.send(JSON.stringify(message));
  }

  #send(kind, payload) {
    if (!this.#open || this.#socket.bufferedAmount > MOST_UNSENT) return;
    this.#seq = (this.#seq + 1) >>> 0;
    this.#socket.send(packed(kind, this.#seq, performance.now() * 1000, payload));
  }

  async #sendFrame(video, canvas) {
    if (!video.videoWidth) return;
    canvas.width = CAMERA_PX;
    canvas.height = Math.round((CAMERA_PX * video.videoHeight) / video.videoWidth);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
    if (blob) this.#send(JPEG, new Uint8Array(await blob.arrayBuffer()));
  }
}
