import { parsed } from "./answers.js";
import { asBytes, type Bytes } from "./bytes.js";
import { pause } from "./deadline.js";
import { EmotionType, type Expression } from "./emotions.js";
import { MienAbortError, MienApiError } from "./errors.js";
import { writeWhole } from "./files.js";
import { type CallOptions, type ClientOptions, Http } from "./http.js";
import { segment } from "./paths.js";
import { SentPortraits, type Source } from "./source-image.js";

export type LivePortraitClientConfig = ClientOptions;

/** How a picture is rendered. */
export interface RenderOptions extends CallOptions {
  /** png where nothing is said. */
  outputFormat?: "png" | "jpg" | "webp" | undefined;
  /** Pixels; 512 where nothing is said. */
  width?: number | undefined;
  height?: number | undefined;
}

export interface RenderRequest extends RenderOptions {
  /** Sent once; afterwards only its hash is. */
  sourceImage: Source;
  /** neutral where nothing is said. */
  emotion?: Expression | undefined;
  /** 0 to 1; 0.7 where nothing is said. */
  intensity?: number | undefined;
}

/** A rendered picture; `filename` is for `downloadOutput` and `deleteOutput`. */
export interface RenderResponse {
  /** Where it is, relative to the service. */
  outputPath: string;
  filename: string;
  emotion: Expression;
  intensity: number;
  /** Milliseconds in the service. */
  latencyMs: number;
  gpuUsed: boolean;
  modelVersion: string;
  width: number;
  height: number;
  /** Of the portrait. */
  imageHash: string;
}

export interface HealthResponse {
  /** `healthy` when it takes work; before and after that `starting`, `draining` or `failed`. */
  status: string;
  gpuAvailable: boolean;
  gpuName?: string;
  cudaVersion?: string;
  modelLoaded: boolean;
  version: string;
  engine: string;
  queue: { waiting: number; running: number };
}

const NOT_AVATAR = "not-avatar";

/** The avatar service: a portrait in, pictures of its emotions out. */
export class LivePortraitClient {
  readonly #http: Http;
  readonly #probe: Http;
  readonly #portraits = new SentPortraits();

  constructor(config: LivePortraitClientConfig) {
    this.#http = new Http(config);
    this.#probe = new Http({ ...config, retries: 0 });
  }

  /** How the service is, also while it does not take work. */
  async health(options: CallOptions = {}): Promise<HealthResponse> {
    return this.#health(this.#http, options);
  }

  /** Ask until the service takes work: true, or false if it did not after all attempts. */
  async waitForHealthy(
    maxAttempts = 10,
    delayMs = 2000,
    { signal }: CallOptions = {},
  ): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if ((await this.#health(this.#probe, { signal })).status === "healthy") return true;
      } catch (error) {
        const final = error instanceof MienApiError && error.code === NOT_AVATAR;
        if (final || error instanceof MienAbortError) throw error;
      }
      if (attempt >= maxAttempts) return false;
      await pause(delayMs, signal);
    }
  }

  /** One emotion. */
  async render(request: RenderRequest): Promise<RenderResponse> {
    const { sourceImage, emotion = EmotionType.NEUTRAL, intensity } = request;
    const fields = { emotion, intensity, ...rendering(request) };
    return this.#portraits.post(sourceImage, async (form) => {
      fill(form, fields);
      return named<RenderResponse>(await this.#post("/render", form, request));
    });
  }

  /** Several emotions of one portrait, in their order. */
  async renderBatch(
    sourceImage: Source,
    emotions: readonly Expression[] = Object.values(EmotionType),
    intensity = 0.7,
    options: RenderOptions = {},
  ): Promise<RenderResponse[]> {
    return this.#portraits.post(sourceImage, async (form) => {
      for (const emotion of emotions) form.append("emotions", emotion);
      fill(form, { intensity, ...rendering(options) });
      const answers = await this.#post<object[]>("/render/batch", form, options);
      return answers.map(named<RenderResponse>);
    });
  }

  /** The picture; with `toPath` (Node only) also in a file. */
  async downloadOutput(
    filename: string,
    toPath?: string,
    options: CallOptions = {},
  ): Promise<Bytes> {
    const data = await this.#http.bytes({ path: output(filename), repeatable: true, ...options });
    if (toPath !== undefined) await writeWhole(toPath, data);
    return asBytes(data);
  }

  /** Delete a picture. What is no longer there is an error of status 404. */
  async deleteOutput(filename: string, options: CallOptions = {}): Promise<void> {
    // Made again after an answer that was lost, it finds nothing left to delete.
    const accepts = (status: number, attempt: number): boolean => status === 404 && attempt > 0;
    const path = output(filename);
    const call = { method: "DELETE", path, repeatable: true, accepts, ...options } as const;
    await this.#http.send(call, async (response) => void (await response.arrayBuffer()));
  }

  /** What Prometheus reads. */
  async getMetrics(options: CallOptions = {}): Promise<string> {
    const call = { path: "/metrics", repeatable: true, ...options };
    return this.#http.send(call, (response) => response.text());
  }

  /** Not repeatable: of an answer that was lost an output would stay that nobody knows. */
  async #post<T extends object>(path: string, body: FormData, options: CallOptions): Promise<T> {
    const { signal, timeout } = options;
    return this.#http.json<T>({ method: "POST", path, body, repeatable: false, signal, timeout });
  }

  async #health(http: Http, options: CallOptions): Promise<HealthResponse> {
    const accepts = (status: number): boolean => status === 503;
    const call = { path: "/health", repeatable: true, accepts, ...options };
    return http.send(call, async (response) => {
      const words = await parsed<Record<string, unknown>>(response);
      if ("model_loaded" in words) return named<HealthResponse>(words);
      const detail =
        "this is not the health of an avatar service; is it `mien serve --api frames`?";
      throw new MienApiError({ status: response.status, code: NOT_AVATAR, detail });
    });
  }
}

export function createLivePortraitClient(config: LivePortraitClientConfig): LivePortraitClient {
  return new LivePortraitClient(config);
}

function output(filename: string): string {
  return `/output/${segment(filename)}`;
}

function rendering(options: RenderOptions): Record<string, string | number | undefined> {
  return { output_format: options.outputFormat, width: options.width, height: options.height };
}

function fill(form: FormData, fields: Record<string, string | number | undefined>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) form.append(name, String(value));
  }
}

/** The same with names as TypeScript writes them, `latencyMs` for `latency_ms`, and without nulls. */
function named<T>(answer: object): T {
  const camel = (name: string): string =>
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const said = Object.entries(answer).filter(([, value]) => value !== null);
  return Object.fromEntries(said.map(([name, value]) => [camel(name), value])) as T;
}
