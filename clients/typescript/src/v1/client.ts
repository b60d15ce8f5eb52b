import { asBytes, type Bytes } from "../bytes.js";
import { type CallOptions, type ClientOptions, Http } from "../http.js";
import { Jobs } from "./jobs.js";
import type { Driver, DriverList, Engines, Expressions } from "./types.js";
import type { Portrait, PortraitList, StillRequest, Version } from "./types.js";
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
