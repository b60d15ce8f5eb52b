import { listPath, segment } from "../paths.js";
import { opened } from "../source-image.js";
/** Files that are sent once and used by their id. `Kept`: what is known of one; `List`: of all. */
export class Uploads {
    #http;
    #path;
    constructor(http, path) {
        this.#http = http;
        this.#path = path;
    }
    /** The same file again is the same upload. */
    async upload(source, options = {}) {
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
    async get(id, options = {}) {
        return this.#http.json({ path: this.#pathOf(id), repeatable: true, ...options });
    }
    /** The newest first. */
    async list(options = {}) {
        return this.#http.json({ path: listPath(this.#path, options), repeatable: true, ...options });
    }
    async delete(id, options = {}) {
        const accepts = (status, attempt) => status === 404 && attempt > 0;
        const path = this.#pathOf(id);
        const call = { method: "DELETE", path, repeatable: true, accepts, ...options };
        await this.#http.send(call, async (response) => void (await response.arrayBuffer()));
    }
    #pathOf(id) {
        return `${this.#path}/${segment(id)}`;
    }
}
