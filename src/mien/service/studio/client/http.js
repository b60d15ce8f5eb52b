import { parsed, problemIn } from "./answers.js";
import { Deadline } from "./deadline.js";
import { MienInputError } from "./errors.js";
import { retryDelay } from "./retry.js";
/** Requests to one service, with its key, within time, made again where that is safe. */
export class Http {
    timeoutMs;
    retries;
    #base;
    #key;
    #logs;
    constructor(options) {
        this.#base = checkedBase(options.baseUrl);
        this.timeoutMs = options.timeout ?? 30_000;
        this.retries = options.retries ?? 3;
        this.#key = options.apiKey;
        this.#logs = options.enableLogging ?? false;
        checkedTimeout(this.timeoutMs);
        if (!(this.retries >= 0))
            throw new MienInputError("retries must be 0 or more");
    }
    async json(call) {
        return this.send(call, (parsed));
    }
    async bytes(call) {
        return this.send(call, async (response) => new Uint8Array(await response.arrayBuffer()));
    }
    /** The body as it arrives. */
    async stream(call) {
        return this.send(call, async (response, deadline) => deadline.guard(response.body ?? new Blob([]).stream()));
    }
    /** Make a call and read its answer; both are one attempt. */
    async send(call, read) {
        const request = this.#request(call);
        const deadline = new Deadline(checkedTimeout(call.timeout ?? this.timeoutMs), call.signal);
        try {
            for (let attempt = 0;; attempt += 1) {
                try {
                    return await read(await this.#fetch(call, request, attempt, deadline.signal), deadline);
                }
                catch (error) {
                    const failure = deadline.explain(error);
                    this.#log(call, failure.message);
                    const wait = retryDelay(failure, attempt, call.repeatable, Math.random());
                    if (attempt >= this.retries || wait === undefined || wait >= deadline.remainingMs) {
                        throw failure;
                    }
                    this.#log(call, `again in ${Math.round(wait)} ms`);
                    await deadline.pause(wait);
                }
            }
        }
        finally {
            deadline.release();
        }
    }
    #request(call) {
        try {
            const headers = new Headers(call.headers);
            if (this.#key !== undefined)
                headers.set("Authorization", `Bearer ${this.#key}`);
            const request = { method: call.method ?? "GET", headers };
            if (call.body instanceof FormData)
                return { ...request, body: call.body };
            if (call.body === undefined)
                return request;
            headers.set("Content-Type", "application/json");
            return { ...request, body: JSON.stringify(call.body) };
        }
        catch (error) {
            throw new MienInputError(`cannot be sent: ${error.message}`, error);
        }
    }
    async #fetch(call, request, attempt, signal) {
        const began = performance.now();
        const response = await fetch(this.#base + call.path, { ...request, signal });
        this.#log(call, `${response.status} in ${Math.round(performance.now() - began)} ms`);
        if (response.ok || call.accepts?.(response.status, attempt))
            return response;
        throw await problemIn(response);
    }
    #log(call, words) {
        if (this.#logs)
            console.log(`[mien] ${call.method ?? "GET"} ${call.path}: ${words}`);
    }
}
function checkedTimeout(ms) {
    if (!(ms > 0))
        throw new MienInputError("timeout must be milliseconds above 0");
    return ms;
}
function checkedBase(url) {
    if (!/^https?:\/\/./.test(url)) {
        throw new MienInputError(`baseUrl must begin with http:// or https://, not ${JSON.stringify(url)}`);
    }
    return url.replace(/\/+$/, "");
}
