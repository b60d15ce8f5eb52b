import { problemIn } from "./client/answers.js";
import { MienClient } from "./client/v1/client.js";
import {
  MienApiError,
  MienConnectionError,
  MienTimeoutError,
} from "./client/errors.js";

/** Where the service is: the page may lie below a path of a proxy. */
export const BASE = new URL("..", import.meta.url).href.replace(/\/$/, "");

const KEY = "mien-key";
const UPLOAD_MS = 300_000;

/** The service, with the key that was given for this tab. `askKey`: of the reader, or undefined. */
export class Api extends EventTarget {
  #askKey;
  #asking;
  #client;

  constructor(askKey) {
    super();
    this.#askKey = askKey;
    this.#renew();
  }

  get key() {
    return sessionStorage.getItem(KEY) ?? undefined;
  }

  /** Do something with the client; ask for a key where one is missing, and do it again. */
  async call(work) {
    for (;;) {
      const used = this.key;
      try {
        return await work(this.#client);
      } catch (error) {
        if (!(error instanceof MienApiError) || error.status !== 401) throw error;
        if (this.key === used && !(await this.changeKey(used && error.detail))) throw error;
      }
    }
  }

  /** Whether another key was given. Several that need one at once ask once. */
  changeKey(problem) {
    this.#asking ??= this.#change(problem).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  upload(kind, file) {
    return this.call((client) => client[kind].upload(file, { timeout: UPLOAD_MS }));
  }

  still(request, signal) {
    return this.call(async (client) => {
      const bytes = await client.still(request, { signal });
      return new Blob([bytes], { type: `image/${request.format === "jpg" ? "jpeg" : request.format}` });
    });
  }

  /** What the client has no words for: a path of the service, with the key. */
  async fetch(path, options = {}) {
    const headers = new Headers(options.headers);
    if (this.key) headers.set("Authorization", `Bearer ${this.key}`);
    return fetch(BASE + path, { ...options, headers });
  }

  /** The same, for what is JSON. `json`: the body. Asks for a key as `call` does. */
  json(path, { json, ...options }) {
    return this.call(async () => {
      const body = json === undefined ? options.body : JSON.stringify(json);
      const headers = json === undefined ? {} : { "Content-Type": "application/json" };
      const answer = await this.fetch(path, { ...options, body, headers });
      if (!answer.ok) throw await problemIn(answer);
      return answer.json();
    });
  }

  async #change(problem) {
    const key = await this.#askKey(problem);
    if (key === undefined) return false;
    sessionStorage.setItem(KEY, key);
    this.#renew();
    this.dispatchEvent(new Event("key"));
    return true;
  }

  #renew() {
    this.#client = new MienClient({ baseUrl: BASE, apiKey: this.key });
  }
}

/** An error as a reader can use it. */
export function wordsOf(error) {
  if (error instanceof MienApiError) {
    const fields = error.errors.map(({ field, problem }) => `${field}: ${problem}`);
    const words = fields.length ? fields.join("; ") : error.detail;
    return words.charAt(0).toUpperCase() + words.slice(1);
  }
  if (error instanceof MienConnectionError) {
    return "The service cannot be reached. Does it still run?";
  }
  if (error instanceof MienTimeoutError) return "The service took too long to answer. Try again.";
  return error instanceof Error ? error.message : String(error);
}
