import { asBytes } from "../bytes.js";
import { Http } from "../http.js";
import { Jobs } from "./jobs.js";
import { Uploads } from "./uploads.js";
/** The API under `/v1`. Fields are named as the service names them. */
export class MienClient {
    portraits;
    drivers;
    jobs;
    #http;
    constructor(options) {
        this.#http = new Http(options);
        this.portraits = new Uploads(this.#http, "/v1/portraits");
        this.drivers = new Uploads(this.#http, "/v1/drivers");
        this.jobs = new Jobs(this.#http);
    }
    /** A picture of an uploaded portrait, answered at once. */
    async still(request, options = {}) {
        const call = { method: "POST", path: "/v1/stills", body: request, repeatable: true };
        return asBytes(await this.#http.bytes({ ...call, ...options }));
    }
    /** What can say words on the service's machine; `problem` says what to install where nothing can. */
    async voices(options = {}) {
        return this.#http.json({ path: "/v1/voices", repeatable: true, ...options });
    }
    /** A sound of words, kept as any driver. */
    async say(request, options = {}) {
        const call = { method: "POST", path: "/v1/speech", body: request, repeatable: true };
        return this.#http.json({ ...call, ...options });
    }
    /** What a mouth does while a sound plays. */
    async visemes(request, options = {}) {
        const call = { method: "POST", path: "/v1/visemes", body: request, repeatable: true };
        return this.#http.json({ ...call, ...options });
    }
    async engines(options = {}) {
        return this.#http.json({ path: "/v1/engines", repeatable: true, ...options });
    }
    async expressions(options = {}) {
        return this.#http.json({ path: "/v1/expressions", repeatable: true, ...options });
    }
    async version(options = {}) {
        return this.#http.json({ path: "/v1/version", repeatable: true, ...options });
    }
}
