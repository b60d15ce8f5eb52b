import { pause } from "../deadline.js";
import { MienConnectionError, MienError, MienJobError, MienTimeoutError } from "../errors.js";
import { writeWhole } from "../files.js";
import { listPath, segment } from "../paths.js";
import { backoff } from "../retry.js";
import { eventsOf } from "../sse.js";
const JOBS = "/v1/jobs";
const ENDED = new Set(["succeeded", "failed", "cancelled"]);
/** Work that takes longer than an answer may: followed while it runs, fetched when it is done. */
export class Jobs {
    #http;
    constructor(http) {
        this.#http = http;
    }
    async submit(request, options = {}) {
        const { idempotencyKey = randomKey(), ...rest } = options;
        const headers = { "Idempotency-Key": idempotencyKey };
        const call = { method: "POST", path: JOBS, headers, body: request, repeatable: true };
        return this.#http.json({ ...call, ...rest });
    }
    async get(id, options = {}) {
        return this.#http.json({ path: pathOf(id), repeatable: true, ...options });
    }
    /** The newest first. */
    async list(options = {}) {
        return this.#http.json({ path: listPath(JOBS, options), repeatable: true, ...options });
    }
    /** End a job that waits or runs; forget one that has ended, with its result. */
    async cancel(id, options = {}) {
        // Not repeatable: the first cancels, the second would forget.
        return this.#http.json({ method: "DELETE", path: pathOf(id), repeatable: false, ...options });
    }
    /** What came of a job that has succeeded. */
    async result(id, options = {}) {
        return this.#http.send(this.#resultCall(id, options), (response) => response.blob());
    }
    /** The same as it arrives. */
    async resultStream(id, options = {}) {
        return this.#http.stream(this.#resultCall(id, options));
    }
    /** The same in a file (Node only), which is there whole or not at all. */
    async saveResult(id, path, options = {}) {
        await writeWhole(path, await this.resultStream(id, options));
    }
    /**
     * The job each time something happens to it, until it has ended. Goes on by itself where the
     * connection broke, also over a restart of the service if that takes less than `timeout`.
     */
    async *progress(id, options = {}) {
        const { timeout: patienceMs = this.#http.timeoutMs } = options;
        let lastId = "";
        let failures = 0;
        let heard = performance.now();
        for (;;) {
            let failure;
            let connected = false;
            try {
                const body = await this.#follow(id, lastId, options);
                connected = true;
                for await (const event of eventsOf(body, lastId)) {
                    lastId = event.id;
                    failures = 0;
                    heard = performance.now();
                    const job = JSON.parse(event.data);
                    yield job;
                    if (ENDED.has(job.state))
                        return;
                }
                const job = await this.get(id, options);
                if (ENDED.has(job.state))
                    return yield job;
                failure = new MienConnectionError("the events ended before the job did");
            }
            catch (error) {
                if (!(error instanceof MienError) || !error.retryable)
                    throw error;
                failure = error;
            }
            // Silence on a connection that stands is no failure: a job may wait for long.
            if (connected && failure instanceof MienTimeoutError)
                heard = performance.now();
            else
                failures += 1;
            const lost = performance.now() - heard > patienceMs;
            if (lost && failures > this.#http.retries)
                throw failure;
            await pause(backoff(failures, Math.random()), options.signal);
        }
    }
    /** The job when it has succeeded; else a MienJobError. `told`: hears of its progress. */
    async wait(id, options = {}) {
        for await (const job of this.progress(id, options)) {
            options.told?.(job);
            if (job.state === "succeeded")
                return job;
            if (job.state === "cancelled") {
                throw new MienJobError(id, "cancelled", "cancelled", "somebody cancelled it");
            }
            if (job.state === "failed") {
                const { code = "failed", detail = "it is not told why" } = job.problem ?? {};
                throw new MienJobError(id, "failed", code, detail);
            }
        }
        throw new MienConnectionError("the events ended before the job did");
    }
    async #follow(id, lastId, options) {
        const headers = { Accept: "text/event-stream" };
        if (lastId !== "")
            headers["Last-Event-ID"] = lastId;
        return this.#http.stream({
            path: `${pathOf(id)}/events`,
            headers,
            repeatable: true,
            ...options,
        });
    }
    #resultCall(id, options) {
        return { path: `${pathOf(id)}/result`, repeatable: true, ...options };
    }
}
function pathOf(id) {
    return `${JOBS}/${segment(id)}`;
}
/** 128 bits; `randomUUID` is missing on pages without TLS. */
function randomKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
