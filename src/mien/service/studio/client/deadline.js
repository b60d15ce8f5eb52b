import { MienAbortError, MienConnectionError, MienError, MienTimeoutError } from "./errors.js";
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** How long a call may go on: until its time is over or the caller's signal ends it. */
export class Deadline {
    #controller = new AbortController();
    #outer;
    #began = performance.now();
    #timeoutMs;
    #timer;
    #guarding = false;
    constructor(timeoutMs, outer) {
        this.#timeoutMs = timeoutMs;
        this.#outer = outer;
        if (outer?.aborted)
            this.#abort();
        outer?.addEventListener("abort", this.#abort);
        this.#startTimer();
    }
    /** Aborted with the MienError that says why. */
    get signal() {
        return this.#controller.signal;
    }
    get remainingMs() {
        return this.#timeoutMs - (performance.now() - this.#began);
    }
    /** What went wrong, as ours. */
    explain(error) {
        if (this.signal.aborted)
            return this.signal.reason;
        if (error instanceof MienError)
            return error;
        const words = error instanceof Error ? deepest(error) : String(error);
        return new MienConnectionError(`no answer from the service: ${words}`, error);
    }
    /** Wait, unless it ends before. */
    async pause(ms) {
        await pause(ms, this.signal);
    }
    /**
     * A body that arrives piece by piece. From now on the time counts anew for each piece, and only
     * while one is waited for. The deadline is released when the stream ends.
     */
    guard(body) {
        const reader = body.getReader();
        this.#guarding = true;
        this.#stopTimer();
        return new ReadableStream({
            pull: async (out) => {
                this.#startTimer();
                try {
                    const { done, value } = await reader.read();
                    if (done) {
                        this.#close();
                        out.close();
                    }
                    else {
                        out.enqueue(value);
                    }
                }
                catch (error) {
                    this.#close();
                    out.error(this.explain(error));
                }
                finally {
                    this.#stopTimer();
                }
            },
            cancel: async (reason) => {
                this.#close();
                await reader.cancel(reason);
            },
        });
    }
    /** Let go of the timer and the caller's signal, unless a guarded stream still needs them. */
    release() {
        if (!this.#guarding)
            this.#close();
    }
    #close() {
        this.#guarding = false;
        this.#stopTimer();
        this.#outer?.removeEventListener("abort", this.#abort);
    }
    #abort = () => {
        this.#controller.abort(new MienAbortError(this.#outer?.reason));
    };
    #startTimer() {
        const fire = () => this.#controller.abort(new MienTimeoutError(this.#timeoutMs));
        this.#timer = setTimeout(fire, Math.min(this.#timeoutMs, LONGEST_TIMER_MS));
    }
    #stopTimer() {
        clearTimeout(this.#timer);
    }
}
/** Wait. */
export async function pause(ms, signal) {
    let timer;
    const waiting = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await unlessAborted(waiting, signal).finally(() => clearTimeout(timer));
}
/** What a promise becomes, or a MienAbortError if the signal comes first. */
export async function unlessAborted(promise, signal) {
    if (signal === undefined)
        return promise;
    let stop = () => undefined;
    const aborted = new Promise((_, reject) => {
        stop = () => reject(asMien(signal.reason));
        if (signal.aborted)
            stop();
        else
            signal.addEventListener("abort", stop, { once: true });
    });
    return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", stop));
}
function asMien(reason) {
    return reason instanceof MienError ? reason : new MienAbortError(reason);
}
/** The words nearest to the fault: fetch itself says only "fetch failed". */
function deepest(error) {
    let found = error;
    for (let depth = 0; found.cause instanceof Error && depth < 4; depth += 1)
        found = found.cause;
    return found.message || String(found);
}
