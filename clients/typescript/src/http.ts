import { Deadline } from "./deadline.js";
import { type FieldProblem, MienApiError, MienConnectionError, MienInputError } from "./errors.js";
import { retryDelay } from "./retry.js";

/** How to reach the service. */
export interface ClientOptions {
  /** As `http://localhost:8001`. */
  baseUrl: string;
  /**
   * Milliseconds that a call may take, all its retries together; 30000. For streams: until they
   * begin, and then for each piece.
   */
  timeout?: number | undefined;
  /** Sent as `Authorization: Bearer`. */
  apiKey?: string | undefined;
  /** How often a call is made again after an error that may pass; 3. */
  retries?: number | undefined;
  /** A line on the console for each request. */
  enableLogging?: boolean | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call with a MienAbortError. */
  signal?: AbortSignal | undefined;
}

export interface Call extends CallOptions {
  method?: "GET" | "POST" | "DELETE";
  path: string;
  headers?: Record<string, string>;
  /** Of a form, or what becomes JSON. */
  body?: FormData | object;
  /** Doing it twice is the same as once. */
  repeatable: boolean;
  /** Whether a status other than 2xx is an answer rather than an error. */
  accepts?: (status: number, attempt: number) => boolean;
}

/** Requests to one service, with its key, within time, made again where that is safe. */
export class Http {
  readonly timeoutMs: number;
  readonly retries: number;
  readonly #base: string;
  readonly #key: string | undefined;
  readonly #logs: boolean;

  constructor(options: ClientOptions) {
    this.#base = checkedBase(options.baseUrl);
    this.timeoutMs = options.timeout ?? 30_000;
    this.retries = options.retries ?? 3;
    this.#key = options.apiKey;
    this.#logs = options.enableLogging ?? false;
    if (!(this.timeoutMs > 0)) throw new MienInputError("timeout must be milliseconds above 0");
    if (!(this.retries >= 0)) throw new MienInputError("retries must be 0 or more");
  }

  async json<T>(call: Call): Promise<T> {
    return this.send(call, parsed<T>);
  }

  async bytes(call: Call): Promise<Uint8Array> {
    return this.send(call, async (response) => new Uint8Array(await response.arrayBuffer()));
  }

  /** The body as it arrives. */
  async stream(call: Call): Promise<ReadableStream<Uint8Array>> {
    return this.send(call, async (response, deadline) => {
      if (response.body === null) throw new MienConnectionError("an answer without a body");
      return deadline.guard(response.body);
    });
  }

  /** Make a call and read its answer; both are one attempt. */
  async send<T>(
    call: Call,
    read: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const deadline = new Deadline(this.timeoutMs, call.signal);
    try {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await read(await this.#fetch(call, attempt, deadline), deadline);
        } catch (error) {
          const failure = deadline.explain(error);
          const wait = retryDelay(failure, attempt, call.repeatable, Math.random());
          if (attempt >= this.retries || wait === undefined || wait >= deadline.remainingMs) {
            throw failure;
          }
          this.#log(call, `${failure.message}; again in ${Math.round(wait)} ms`);
          await deadline.pause(wait);
        }
      }
    } finally {
      deadline.release();
    }
  }

  async #fetch(call: Call, attempt: number, deadline: Deadline): Promise<Response> {
    const began = performance.now();
    const headers = new Headers(call.headers);
    if (this.#key !== undefined) headers.set("Authorization", `Bearer ${this.#key}`);
    const request: RequestInit = { method: call.method ?? "GET", headers, signal: deadline.signal };
    if (call.body instanceof FormData) {
      request.body = call.body;
    } else if (call.body !== undefined) {
      headers.set("Content-Type", "application/json");
      request.body = JSON.stringify(call.body);
    }
    const response = await fetch(this.#base + call.path, request);
    this.#log(call, `${response.status} in ${Math.round(performance.now() - began)} ms`);
    if (response.ok || call.accepts?.(response.status, attempt)) return response;
    throw await problemIn(response);
  }

  #log(call: Call, words: string): void {
    if (this.#logs) console.log(`[mien] ${call.method ?? "GET"} ${call.path}: ${words}`);
  }
}

/** JSON. Something between us and the service may have put a page in its place. */
export async function parsed<T>(response: Response): Promise<T> {
  const words = await response.text();
  try {
    return JSON.parse(words) as T;
  } catch {
    const detail = `the answer is no JSON: ${words.slice(0, 200)}`;
    throw new MienApiError({ status: response.status, code: "not-json", detail });
  }
}

function checkedBase(url: string): string {
  if (!/^https?:\/\/./.test(url)) {
    throw new MienInputError(`baseUrl must begin with http:// or https://, not ${JSON.stringify(url)}`);
  }
  return url.replace(/\/+$/, "");
}

/** An answer that is an error, whatever stands between us and the service made of it. */
async function problemIn(response: Response): Promise<MienApiError> {
  const words = await response.text();
  const said = parsedObject(words);
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  return new MienApiError({
    status: response.status,
    code: text(said["code"]) ?? `http-${response.status}`,
    detail: text(said["detail"]) ?? (words.slice(0, 200) || response.statusText),
    requestId: text(said["request_id"]) ?? response.headers.get("X-Request-ID") ?? undefined,
    errors: Array.isArray(said["errors"]) ? (said["errors"] as FieldProblem[]) : undefined,
    retryAfterMs: retryAfter(response.headers.get("Retry-After"), Date.now()),
  });
}

function parsedObject(words: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(words);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Seconds or a date (RFC 9110) as milliseconds from now. */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
