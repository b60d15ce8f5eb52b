import { parsed } from "./answers.js";
import { asBytes, type Bytes } from "./bytes.js";
import type { Expression } from "./emotions.js";
import { type CallOptions, type ClientOptions, Http } from "./http.js";
import { SentPortraits, type Source } from "./source-image.js";

export interface FrameRequest extends CallOptions {
  /** Sent once; afterwards only its hash is. */
  sourceImage: Source;
  expression: Expression;
  /** 0 to 1; 1 where nothing is said. */
  intensity?: number | undefined;
  /** Pixels; 512 where nothing is said. */
  width?: number | undefined;
  height?: number | undefined;
}

export interface ExpressionList {
  expressions: string[];
  intensities: { min: number; max: number };
}

/** The frame renderer: a portrait and an expression in, a JPEG out. */
export class LivePortraitRenderer {
  readonly #http: Http;
  readonly #portraits = new SentPortraits();

  /** `options`: or only the URL. */
  constructor(options: string | ClientOptions) {
    this.#http = new Http(typeof options === "string" ? { baseUrl: options } : options);
  }

  /** A JPEG. */
  async render(request: FrameRequest): Promise<Bytes> {
    const { sourceImage, signal, timeout, expression, intensity, width, height } = request;
    const fields = { expression, intensity, width, height };
    return this.#portraits.post(sourceImage, async (body) => {
      for (const [name, value] of Object.entries(fields)) {
        if (value !== undefined) body.append(name, String(value));
      }
      // Nothing of it stays in the service: it may be asked for twice.
      const call = { method: "POST", path: "/api/render", body, repeatable: true } as const;
      return asBytes(await this.#http.bytes({ ...call, signal, timeout }));
    });
  }

  /** What `expression` may be, and the range of `intensity`. */
  async expressions(options: CallOptions = {}): Promise<ExpressionList> {
    return this.#http.json({ path: "/expressions", repeatable: true, ...options });
  }

  /** `ok` when it takes work; before and after that `starting`, `draining` or `failed`. */
  async health(options: CallOptions = {}): Promise<{ status: string }> {
    const accepts = (status: number): boolean => status === 503;
    const call = { path: "/health", repeatable: true, accepts, ...options };
    return this.#http.send(call, parsed<{ status: string }>);
  }
}
