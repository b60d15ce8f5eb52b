import { asBytes, type Bytes } from "./bytes.js";
import { EmotionType, type Expression } from "./emotions.js";
import { FrameCache } from "./frame-cache.js";
import type { CallOptions } from "./http.js";
import type { ExpressionList, FrameRequest } from "./renderer.js";
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

/** Somebody with a portrait. */
export interface Character {
  name: string;
  portrait: Source;
}

/** A face as it can be shown. */
export interface Face {
  frame: Bytes;
  character: string;
  expression: Expression;
}

export const NEUTRAL = EmotionType.NEUTRAL;

/** Faces from a renderer, kept, and neutral where another cannot be had. */
export class Faces {
  readonly #renderer: FrameRenderer;
  readonly #intensity: number;
  readonly #tell: (problem: OrchestratorProblem) => void;
  readonly #kept: FrameCache;
  #expressions: ReadonlySet<string> | undefined;

  constructor(
    renderer: FrameRenderer,
    intensity: number,
    mostBytes: number,
    tell: (problem: OrchestratorProblem) => void,
  ) {
    this.#renderer = renderer;
    this.#intensity = intensity;
    this.#kept = new FrameCache(mostBytes);
    this.#tell = tell;
  }

  /** The expression that a tag names; neutral for any other tag, which is told. */
  async named(tag: string, signal: AbortSignal): Promise<Expression> {
    const name = tag.toLowerCase();
    if ((await this.#known(signal)).has(name)) return name;
    this.#tell({ kind: "unknown-tag", tag });
    return NEUTRAL;
  }

  /** A face, or the neutral one if it fails, which is told. Rejects if that fails too. */
  async show(who: Character, expression: Expression, signal: AbortSignal): Promise<Face> {
    const character = who.name;
    try {
      return { frame: await this.#frame(who, expression, signal), character, expression };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.#tell({ kind: "render-failed", character, expression, error });
      if (expression === NEUTRAL) throw error;
      return { frame: await this.#frame(who, NEUTRAL, signal), character, expression: NEUTRAL };
    }
  }

  async #frame(who: Character, expression: Expression, signal: AbortSignal): Promise<Bytes> {
    const key = JSON.stringify([who.name, expression]);
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const request = { sourceImage: who.portrait, expression, intensity: this.#intensity, signal };
    const frame = asBytes(await this.#renderer.render(request));
    this.#kept.add(key, frame);
    return frame;
  }

  /** The service's expressions; asked for again after a failure. */
  async #known(signal: AbortSignal): Promise<ReadonlySet<string>> {
    if (this.#expressions !== undefined) return this.#expressions;
    try {
      const { expressions } = await this.#renderer.expressions({ signal });
      this.#expressions = new Set(expressions);
      return this.#expressions;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.#tell({ kind: "expressions-unknown", error });
      return new Set<string>(Object.values(EmotionType));
    }
  }
}
