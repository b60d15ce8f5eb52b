import { parsed, problemIn } from "./answers.js";
import { Deadline } from "./deadline.js";
import { MienInputError } from "./errors.js";
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
  /** Instead of the client's: for what takes long, as sending a film. */
  timeout?: number | undefined;
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
    checkedTimeout(this.timeoutMs);
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
    return this.send(call, async (response, deadline) =>
      deadline.guard(response.body ?? new Blob([]).stream()),
    );
  }

  /** Make a call and read its answer; both are one attempt. */
  async send<T>(
    call: Call,
    read: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const request = this.#request(call);
    const deadline = new Deadline(checkedTimeout(call.timeout ?? this.timeoutMs), call.signal);
    try {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await read(await this.#fetch(call, request, attempt, deadline.signal), deadline);
        } catch (error) {
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
    } finally {
      deadline.release();
    }
  }

  #request(call: Call): RequestInit {
    try {
      const headers = new Headers(call.headers);
      if (this.#key !== undefined) headers.set("Authorization", `Bearer ${this.#key}`);
      const request: RequestInit = { method: call.method ?? "GET", headers };
      if (call.body instanceof FormData) return { ...request, body: call.body };
      if (call.body === undefined) return request;
      headers.set("Content-Type", "application/json");
      return { ...request, body: JSON.stringify(call.body) };
    } catch (error) {
      throw new MienInputError(`cannot be sent: ${(error as Error).message}`, error);
    }
  }

  async #fetch(
    call: Call,
    request: RequestInit,
    attempt: number,
    signal: AbortSignal,
  ): Promise<Response> {
    const began = performance.now();
    const response = await fetch(this.#base + call.path, { ...request, signal });
    this.#log(call, `${response.status} in ${Math.round(performance.now() - began)} ms`);
    if (response.ok || call.accepts?.(response.status, attempt)) return response;
    throw await problemIn(response);
  }

  #log(call: Call, words: string): void {
    if (this.#logs) console.log(`[mien] ${call.method ?? "GET"} ${call.path}: ${words}`);
  }
}

function checkedTimeout(ms: number): number {
  if (!(ms > 0)) throw new MienInputError("timeout must be milliseconds above 0");
  return ms;
}

function checkedBase(url: string): string {
  if (!/^https?:\/\/./.test(url)) {
    throw new MienInputError(
      `baseUrl must begin with http:// or https://, not ${JSON.stringify(url)}`,
    );
  }
  return url.replace(/\/+$/, "");
}
