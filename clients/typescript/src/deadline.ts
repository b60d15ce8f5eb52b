import { MienAbortError, MienConnectionError, MienError, MienTimeoutError } from "./errors.js";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How long a call may go on: until its time is over or the caller's signal ends it. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #began = performance.now();
  readonly #timeoutMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #guarding = false;

  constructor(timeoutMs: number, outer?: AbortSignal) {
    this.#timeoutMs = timeoutMs;
    this.#outer = outer;
    if (outer?.aborted) this.#abort();
    outer?.addEventListener("abort", this.#abort);
    this.#startTimer();
  }

  /** Aborted with the MienError that says why. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get remainingMs(): number {
    return this.#timeoutMs - (performance.now() - this.#began);
  }

  /** What went wrong, as ours. */
  explain(error: unknown): MienError {
    if (this.signal.aborted) return this.signal.reason as MienError;
    if (error instanceof MienError) return error;
    const words = error instanceof Error ? deepest(error) : String(error);
    return new MienConnectionError(`no answer from the service: ${words}`, error);
  }

  /** Wait, unless it ends before. */
  async pause(ms: number): Promise<void> {
    await pause(ms, this.signal);
  }

  /**
   * A body that arrives piece by piece. From now on the time counts anew for each piece, and only
   * while one is waited for. The deadline is released when the stream ends.
   */
  guard(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    this.#guarding = true;
    this.#stopTimer();
    return new ReadableStream<Uint8Array>({
      pull: async (out) => {
        this.#startTimer();
        try {
          const { done, value } = await reader.read();
          if (done) {
            this.#close();
            out.close();
          } else {
            out.enqueue(value);
          }
        } catch (error) {
          this.#close();
          out.error(this.explain(error));
        } finally {
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
  release(): void {
    if (!this.#guarding) this.#close();
  }

  #close(): void {
    this.#guarding = false;
    this.#stopTimer();
    this.#outer?.removeEventListener("abort", this.#abort);
  }

  readonly #abort = (): void => {
    this.#controller.abort(new MienAbortError(this.#outer?.reason));
  };

  #startTimer(): void {
    const fire = (): void => this.#controller.abort(new MienTimeoutError(this.#timeoutMs));
    this.#timer = setTimeout(fire, Math.min(this.#timeoutMs, LONGEST_TIMER_MS));
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
  }
}

/** Wait. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waiting = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await unlessAborted(waiting, signal).finally(() => clearTimeout(timer));
}

/** What a promise becomes, or a MienAbortError if the signal comes first. */
export async function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(asMien(signal.reason));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", stop));
}

function asMien(reason: unknown): MienError {
  return reason instanceof MienError ? reason : new MienAbortError(reason);
}

/** The words nearest to the fault: fetch itself says only "fetch failed". */
function deepest(error: Error): string {
  let found = error;
  for (let depth = 0; found.cause instanceof Error && depth < 4; depth += 1) found = found.cause;
  return found.message || String(found);
}
