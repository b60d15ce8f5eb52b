import { unlessAborted } from "./deadline.js";
import type { Expression } from "./emotions.js";
import { MienAbortError, MienInputError } from "./errors.js";
import { type Character, type Face, Faces, NEUTRAL } from "./faces.js";
import type { FrameRenderer, OrchestratorProblem } from "./faces.js";
import type { CallOptions } from "./http.js";
import { type Cue, ScriptReader } from "./script.js";
import type { Source } from "./source-image.js";

/** A face and when to show it, counted from the beginning of the script. */
export interface TimedFrame extends Face {
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
  /** How many ms a text takes; 65 for each letter where nothing is said, and 400 at least. */
  durationOf?: ((text: string, expression: Expression) => number | Promise<number>) | undefined;
  /** Hears of everything that went wrong; console.warn where nothing is said. */
  onProblem?: ((problem: OrchestratorProblem) => void) | undefined;
  /** Bytes of frames that are kept; 64 MiB where nothing is said. */
  cacheBytes?: number | undefined;
}

/** Text whole, or in pieces as a language model writes it. */
export type Script = string | Iterable<string> | AsyncIterable<string>;

/**
 * Plays what a language model writes: `[happy] Hello. [sad] Oh no.` becomes frames with times.
 *
 * A tag is an expression, or the name of a character, whose portrait is shown from there on. Any
 * other tag is a neutral face, and told.
 */
export class Orchestrator {
  readonly #characters = new Map<string, Character>();
  readonly #faces: Faces;
  readonly #durationOf: (text: string, expression: Expression) => number | Promise<number>;
  #character: Character;

  constructor(options: OrchestratorOptions) {
    const { renderer, characters, intensity = 0.8, cacheBytes = 64 * 2 ** 20 } = options;
    for (const [name, portrait] of Object.entries(characters)) {
      this.#characters.set(name.toLowerCase(), { name, portrait });
    }
    this.#faces = new Faces(renderer, intensity, cacheBytes, options.onProblem ?? warn);
    this.#durationOf = options.durationOf ?? durationByLength;
    this.#character = this.#named(options.character ?? Object.keys(characters)[0] ?? "");
  }

  /** Who is shown. */
  get character(): string {
    return this.#character.name;
  }

  /** Show somebody else from the next sentence on. A name it was not given is a MienInputError. */
  switchTo(character: string): void {
    this.#character = this.#named(character);
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
      let startMs = 0;
      for await (const { face, text } of this.#acted(script, stopping.signal)) {
        const durationMs = await this.#durationOf(text, face.expression);
        yield { ...face, startMs, durationMs, text };
        startMs += durationMs;
      }
    } finally {
      outer?.removeEventListener("abort", stop);
      stopping.abort(new MienAbortError());
    }
  }

  /** Sentences with the faces they are said with. A tag before no words has a face without text. */
  async *#acted(
    script: Script,
    signal: AbortSignal,
  ): AsyncGenerator<{ face: Face; text: string }, void, undefined> {
    let expression: Expression = NEUTRAL;
    let who: Character | undefined;
    let face: Promise<Face> | undefined;
    let isNew = false;
    const show = (): Promise<Face> => {
      who = this.#character;
      face = this.#faces.show(who, expression, signal);
      face.catch(() => undefined); // it is awaited when its sentence is complete
      return face;
    };
    const acted = async (text: string): Promise<{ face: Face; text: string }> => {
      isNew = false;
      return { face: await (face !== undefined && who === this.#character ? face : show()), text };
    };
    for await (const cue of cuesOf(script, signal)) {
      if (cue.kind === "line") {
        yield await acted(cue.text);
      } else if (this.#characters.has(cue.name.toLowerCase())) {
        this.switchTo(cue.name);
      } else {
        if (isNew) yield await acted("");
        expression = await this.#faces.named(cue.name, signal);
        isNew = true;
        void show();
      }
    }
    if (isNew) yield await acted("");
  }

  #named(character: string): Character {
    const found = this.#characters.get(character.toLowerCase());
    if (found !== undefined) return found;
    const names = [...this.#characters.values()].map(({ name }) => name).join(", ") || "none";
    throw new MienInputError(`no character ${JSON.stringify(character)}; there are: ${names}`);
  }
}

function warn(problem: OrchestratorProblem): void {
  console.warn("[mien]", problem);
}

function durationByLength(text: string): number {
  return Math.max(400, 65 * text.length);
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
  const pieces =
    Symbol.asyncIterator in script ? script[Symbol.asyncIterator]() : script[Symbol.iterator]();
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
