import { asBytes, type Bytes } from "../bytes.js";
import { type CallOptions, type ClientOptions, Http } from "../http.js";
import { Jobs } from "./jobs.js";
import type { Driver, DriverList, Engines, Expressions } from "./types.js";
import type { Portrait, PortraitList, SpeechRequest, StillRequest, Version } from "./types.js";
import type { Visemes, VisemesRequest, Voices } from "./types.js";
import { Uploads } from "./uploads.js";

/** The API under `/v1`. Fields are named as the service names them. */
export class MienClient {
  readonly portraits: Uploads<Portrait, PortraitList>;
  readonly drivers: Uploads<Driver, DriverList>;
  readonly jobs: Jobs;
  readonly #http: Http;

  constructor(options: ClientOptions) {
    this.#http = new Http(options);
    this.portraits = new Uploads(this.#http, "/v1/portraits");
    this.drivers = new Uploads(this.#http, "/v1/drivers");
    this.jobs = new Jobs(this.#http);
  }

  /** A picture of an uploaded portrait, answered at once. */
  async still(request: StillRequest, options: CallOptions = {}): Promise<Bytes> {
    const call = { method: "POST", path: "/v1/stills", body: request, repeatable: true } as const;
    return asBytes(await this.#http.bytes({ ...call, ...options }));
  }

  /** What can say words on the service's machine; `problem` says what to install where nothing can. */
  async voices(options: CallOptions = {}): Promise<Voices> {
    return this.#http.json({ path: "/v1/voices", repeatable: true, ...options });
  }

  /** A sound of words, kept as any driver. */
  async say(request: SpeechRequest, options: CallOptions = {}): Promise<Driver> {
    const call = { method: "POST", path: "/v1/speech", body: request, repeatable: true } as const;
    return this.#http.json({ ...call, ...options });
  }

  /** What a mouth does while a sound plays. */
  async visemes(request: VisemesRequest, options: CallOptions = {}): Promise<Visemes> {
    const call = { method: "POST", path: "/v1/visemes", body: request, repeatable: true } as const;
    return this.#http.json({ ...call, ...options });
  }

  async engines(options: CallOptions = {}): Promise<Engines> {
    return this.#http.json({ path: "/v1/engines", repeatable: true, ...options });
  }

  async expressions(options: CallOptions = {}): Promise<Expressions> {
    return this.#http.json({ path: "/v1/expressions", repeatable: true, ...options });
  }

  async version(options: CallOptions = {}): Promise<Version> {
    return this.#http.json({ path: "/v1/version", repeatable: true, ...options });
  }
}
