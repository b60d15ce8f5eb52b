/**
 * What can go wrong, as one tree.
 *
 * MienError
 * ├── MienApiError         the service answered, and it was no
 * ├── MienConnectionError  the service was not reached, or went away in the middle
 * ├── MienTimeoutError     it took longer than allowed
 * ├── MienAbortError       the caller's AbortSignal ended it
 * ├── MienJobError         a job was followed to its end, and it did not succeed
 * └── MienInputError       what was given cannot be used
 */
export class MienError extends Error {
    /** For programs; never changes. */
    code;
    /** Whether the same again, a little later, may work. */
    retryable;
    constructor(message, code, retryable, cause) {
        super(message, cause === undefined ? undefined : { cause });
        this.name = new.target.name;
        this.code = code;
        this.retryable = retryable;
    }
}
const PASSING = new Set([408, 429, 502, 503]);
export class MienApiError extends MienError {
    status;
    /** One line: what is wrong and what to do. */
    detail;
    /** As in the log of the service. */
    requestId;
    errors;
    /** When the service wants to be asked again. */
    retryAfterMs;
    constructor(answer) {
        const { status, code, detail, own = false, retryAfterMs } = answer;
        // What does not pass by itself, as an engine without its weights, the service gives no time.
        const passes = PASSING.has(status) && !(own && status === 503 && retryAfterMs === undefined);
        super(`${status} ${code}: ${detail}`, code, passes);
        this.status = status;
        this.detail = detail;
        this.requestId = answer.requestId;
        this.errors = answer.errors ?? [];
        this.retryAfterMs = retryAfterMs;
    }
}
// Codes of Node for connections that were never made. Browsers do not say.
const NEVER_CONNECTED = new Set([
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
]);
export class MienConnectionError extends MienError {
    /** Whether the request surely did not arrive. */
    unsent;
    constructor(message, cause) {
        super(message, "connection", true, cause);
        this.unsent = NEVER_CONNECTED.has(codeOf(cause));
    }
}
export class MienTimeoutError extends MienError {
    timeoutMs;
    constructor(timeoutMs) {
        super(`took longer than ${timeoutMs} ms`, "timeout", true);
        this.timeoutMs = timeoutMs;
    }
}
export class MienAbortError extends MienError {
    constructor(reason) {
        super("aborted by the caller", "aborted", false, reason);
    }
}
export class MienJobError extends MienError {
    jobId;
    state;
    detail;
    constructor(jobId, state, code, detail) {
        super(`job ${jobId} ${state}: ${detail}`, code, false);
        this.jobId = jobId;
        this.state = state;
        this.detail = detail;
    }
}
export class MienInputError extends MienError {
    constructor(message, cause) {
        super(message, "input", false, cause);
    }
}
/** The code of what made a fetch fail; it lies one or two causes deep. */
export function codeOf(error) {
    for (let each = error, depth = 0; each instanceof Error && depth < 4; depth += 1) {
        if ("code" in each && typeof each.code === "string")
            return each.code;
        each = each.cause;
    }
    return undefined;
}
