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
export abstract class MienError extends Error {
  /** For programs; never changes. */
  readonly code: string;
  /** Whether the same again, a little later, may work. */
  readonly retryable: boolean;

  constructor(message: string, code: string, retryable: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = retryable;
  }
}

/** What is wrong with one field of a request. */
export interface FieldProblem {
  field: string;
  problem: string;
}

/** What an answer of problem+json (RFC 9457) says; anything else is put into the same words. */
export interface ProblemAnswer {
  status: number;
  code: string;
  detail: string;
  requestId?: string | undefined;
  errors?: FieldProblem[] | undefined;
  retryAfterMs?: number | undefined;
  /** Whether it is the service's own words, and not those of something before it. */
  own?: boolean | undefined;
}

const PASSING: ReadonlySet<number> = new Set([408, 429, 502, 503]);

export class MienApiError extends MienError {
  readonly status: number;
  /** One line: what is wrong and what to do. */
  readonly detail: string;
  /** As in the log of the service. */
  readonly requestId: string | undefined;
  readonly errors: FieldProblem[];
  /** When the service wants to be asked again. */
  readonly retryAfterMs: number | undefined;

  constructor(answer: ProblemAnswer) {
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
const NEVER_CONNECTED: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

export class MienConnectionError extends MienError {
  /** Whether the request surely did not arrive. */
  readonly unsent: boolean;

  constructor(message: string, cause?: unknown) {
    super(message, "connection", true, cause);
    this.unsent = NEVER_CONNECTED.has(codeOf(cause));
  }
}

export class MienTimeoutError extends MienError {
  constructor(readonly timeoutMs: number) {
    super(`took longer than ${timeoutMs} ms`, "timeout", true);
  }
}

export class MienAbortError extends MienError {
  constructor(reason?: unknown) {
    super("aborted by the caller", "aborted", false, reason);
  }
}

export class MienJobError extends MienError {
  constructor(
    readonly jobId: string,
    readonly state: "failed" | "cancelled",
    code: string,
    readonly detail: string,
  ) {
    super(`job ${jobId} ${state}: ${detail}`, code, false);
  }
}

export class MienInputError extends MienError {
  constructor(message: string, cause?: unknown) {
    super(message, "input", false, cause);
  }
}

/** The code of what made a fetch fail; it lies one or two causes deep. */
export function codeOf(error: unknown): unknown {
  for (let each = error, depth = 0; each instanceof Error && depth < 4; depth += 1) {
    if ("code" in each && typeof each.code === "string") return each.code;
    each = each.cause;
  }
  return undefined;
}
