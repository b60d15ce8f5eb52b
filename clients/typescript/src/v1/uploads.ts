import type { CallOptions, Http } from "../http.js";
import { type ListOptions, listPath, segment } from "../paths.js";
import { opened, type Source } from "../source-image.js";

/** Files that are sent once and used by their id. `Kept`: what is known of one; `List`: of all. */
export class Uploads<Kept, List> {
  readonly #http: Http;
  readonly #path: string;

  constructor(http: Http, path: "/v1/portraits" | "/v1/drivers") {
    this.#http = http;
    this.#path = path;
  }

  /** The same file again is the same upload. */
  async upload(source: Source, options: CallOptions = {}): Promise<Kept> {
    const { blob, name } = await opened(source);
    const body = new FormData();
    body.append("file", blob, name);
    return this.#http.json({
      method: "POST",
      path: this.#path,
      body,
      repeatable: true,
      ...options,
    });
  }

  async get(id: string, options: CallOptions = {}): Promise<Kept> {
    return this.#http.json({ path: this.#pathOf(id), repeatable: true, ...options });
  }

  /** The newest first. */
  async list(options: ListOptions = {}): Promise<List> {
    return this.#http.json({ path: listPath(this.#path, options), repeatable: true, ...options });
  }

  async delete(id: string, options: CallOptions = {}): Promise<void> {
    const accepts = (status: number, attempt: number): boolean => status === 404 && attempt > 0;
    const path = this.#pathOf(id);
    const call = { method: "DELETE", path, repeatable: true, accepts, ...options } as const;
    await this.#http.send(call, async (response) => void (await response.arrayBuffer()));
  }

  #pathOf(id: string): string {
    return `${this.#path}/${segment(id)}`;
  }
}
