import { asBytes, type Bytes } from "./bytes.js";
import { unlessAborted } from "./deadline.js";
import { EmotionType, type Expression } from "./emotions.js";
import { MienAbortError, MienInputError } from "./errors.js";
import { FrameCache } from "./frame-cache.js";
import type { CallOptions } from "./http.js";
import type { ExpressionList, FrameRequest } from "./renderer.js";
import { type Cue, ScriptReader } from "./script.js";
import type { Source } from "./source-image.js";

/** What renders; a `LivePortraitRenderer` does. */
export interface FrameRenderer {
  render(request: FrameRequest): Promise<Uint8Array>;
  expressions(options?: CallOptions): Promise<ExpressionList>;
}

/** What did not go as the script says. It goes on with a neutral face. */
export type OrchestratorProblem =
  | { kind: "unknown-tag"; tag: string }
  | { kind: "render-failed"; character: string; expression: Expression; error: unknown }
  | { kind: "expressions-unknown"; error: unknown };

/** A picture and when to show it, counted from the beginning of the script. */
export interface TimedFrame {
  frame: Bytes;
  character: string;
  /** On the picture; neutral where another was wanted and failed. */
  expression: Expression;
  startMs: number;
  durationMs: number;
  /** What is said meanwhile, without tags. */
  text: string;
}

export interface OrchestratorOptions {
  renderer: FrameRenderer;
  /** Portraits by name. */
  characters: Record<string, Source>;
  /** Who begins; the first of the characters where nothing is said. */
  character?: string | undefined;
  /** Of every expression, 0 to 1; 0.8 where nothing is said. */
  intensity?: number | undefined;
  /** How long a text takes; 65 ms for each character where nothing is said, 400 ms at least. */
  durationOf?: ((text: string, expression: Expression) => number | Promise<number>) | undefined;
  /** Hears of everything that went wrong; console.warn where nothing is said. */
  onProblem?: ((problem: OrchestratorProblem) => void) | undefined;
  /** Bytes of frames that are kept; 64 MiB where nothing is said. */
  cacheBytes?: number | undefined;
}

/** Text whole, or in pieces as a language model writes it. */
export type Script = string | Iterable<string> | AsyncIterable<string>;

/** A face that is shown from now on. */
interface Shown {
  frame: Bytes;
  expression: Expression;
  character: string;
}

const NEUTRAL = EmotionType.NEUTRAL;

/**
 * Plays what a language model writes: `[happy] Hello. [sad] Oh no.` becomes frames with times.
 *
 * A tag is an expression, or the name of a character, whose portrait is shown from there on. Any
 * other tag is a neutral face, and told.
 */
export class Orchestrator {
  readonly #options: OrchestratorOptions;
  readonly #characters = new Map<string, { name: string; portrait: Source }>();
  readonly #cache: FrameCache;
  #expressions: ReadonlySet<string> | undefined;
  #character: string;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    for (const [name, portrait] of Object.entries(options.characters)) {
      this.#characters.set(name.toLowerCase(), { name, portrait });
    }
    this.#cache = new FrameCache(options.cacheBytes ?? 64 * 2 ** 20);
    this.#character = this.#named(options.character ?? Object.keys(options.characters)[0] ?? "").name;
  }

  /** Who is shown. */
  get character(): string {
    return this.#character;
  }

  /** Show somebody else from the next sentence on. Raises MienInputError for a name it was not given. */
  switchTo(character: string): void {
    this.#character = this.#named(character).name;
  }

  /** The script, sentence by sentence. Leaving the loop ends everything that is under way. */
  async *perform(
    script: Script,
    options: CallOptions = {},
  ): AsyncGenerator<TimedFrame, void, undefined> {
    const stopping = new AbortController();
    const { signal: outer } = options;
    const stop = (): void => stopping.abort(new MienAbortError(outer?.reason));
    if (outer?.aborted) stop();
    outer?.addEventListener("abort", stop);
    try {
      yield* this.#timed(script, stopping.signal);
    } finally {
      outer?.removeEventListener("abort", stop);
      stopping.abort(new MienAbortError());
    }
  }

  async *#timed(script: Script, signal: AbortSignal): AsyncGenerator<TimedFrame, void, undefined> {
    let expression: Expression = NEUTRAL;
    let shown: Promise<Shown> | undefined;
    let shownFor = "";
    let unshown = false;
    let startMs = 0;
    const timed = async (text: string): Promise<TimedFrame> => {
      if (shown === undefined || shownFor !== this.#character) show();
      const face = await (shown as Promise<Shown>);
      const durationMs = await this.#duration(text, face.expression);
      const frame = { ...face, startMs, durationMs, text };
      startMs += durationMs;
      unshown = false;
      return frame;
    };
    const show = (): void => {
      shownFor = this.#character;
      shown = this.#show(this.#character, expression, signal);
      shown.catch(() => undefined); // it is awaited when its text is complete
    };
    for await (const cue of cuesOf(script, signal)) {
      if (cue.kind === "line") {
        yield await timed(cue.text);
        continue;
      }
      const character = this.#characters.get(cue.name.toLowerCase());
      if (character !== undefined) {
        this.#character = character.name;
        continue;
      }
      if (unshown) yield await timed("");
      expression = await this.#expressionOf(cue.name, signal);
      unshown = true;
      show();
    }
    if (unshown) yield await timed("");
  }

  async #show(character: string, expression: Expression, signal: AbortSignal): Promise<Shown> {
    try {
      return { frame: await this.#frame(character, expression, signal), expression, character };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.#tell({ kind: "render-failed", character, expression, error });
      if (expression === NEUTRAL) throw error;
      const frame = await this.#frame(character, NEUTRAL, signal);
      return { frame, expression: NEUTRAL, character };
    }
  }

  async #frame(character: string, expression: Expression, signal: AbortSignal): Promise<Bytes> {
    const key = JSON.stringify([character, expression]);
    const kept = this.#cache.get(key);
    if (kept !== undefined) return kept;
    const { renderer, intensity = 0.8 } = this.#options;
    const sourceImage = this.#named(character).portrait;
    const frame = asBytes(await renderer.render({ sourceImage, expression, intensity, signal }));
    this.#cache.add(key, frame);
    return frame;
  }

  async #expressionOf(tag: string, signal: AbortSignal): Promise<Expression> {
    const name = tag.toLowerCase();
    if ((await this.#known(signal)).has(name)) return name;
    this.#tell({ kind: "unknown-tag", tag });
    return NEUTRAL;
  }

  /** The service's expressions; asked for again after a failure. */
  async #known(signal: AbortSignal): Promise<ReadonlySet<string>> {
    if (this.#expressions !== undefined) return this.#expressions;
    try {
      const { expressions } = await this.#options.renderer.expressions({ signal });
      this.#expressions = new Set(expressions.map((name) => name.toLowerCase()));
      return this.#expressions;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.#tell({ kind: "expressions-unknown", error });
      return new Set<string>(Object.values(EmotionType));
    }
  }

  async #duration(text: string, expression: Expression): Promise<number> {
    const { durationOf } = this.#options;
    return durationOf ? durationOf(text, expression) : Math.max(400, 65 * text.length);
  }

  #named(character: string): { name: string; portrait: Source } {
    const found = this.#characters.get(character.toLowerCase());
    if (found !== undefined) return found;
    const names = [...this.#characters.values()].map(({ name }) => name).join(", ") || "none";
    throw new MienInputError(`no character ${JSON.stringify(character)}; there are: ${names}`);
  }

  #tell(problem: OrchestratorProblem): void {
    const { onProblem } = this.#options;
    if (onProblem) onProblem(problem);
    else console.warn("[mien]", problem);
  }
}

async function* cuesOf(script: Script, signal: AbortSignal): AsyncGenerator<Cue, void, undefined> {
  const reader = new ScriptReader();
  for await (const text of piecesOf(script, signal)) yield* reader.feed(text);
  yield* reader.end();
}

/** The pieces of a script, as long as the signal allows, also while the next is waited for. */
async function* piecesOf(
  script: Script,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  if (typeof script === "string") return yield script;
  const pieces = Symbol.asyncIterator in script ? script[Symbol.asyncIterator]() : script[Symbol.iterator]();
  try {
    for (;;) {
      const { done, value } = await unlessAborted(Promise.resolve(pieces.next()), signal);
      if (done) return;
      yield value;
    }
  } finally {
    // Not awaited: one that is stuck would keep us here.
    void Promise.resolve(pieces.return?.()).catch(() => undefined);
  }
}
