import type { paths } from "../generated/openapi.js";

type Method = "get" | "post" | "delete";
type Operation<Path extends keyof paths, M extends Method> = NonNullable<paths[Path][M]>;
type Json<Content> = Content extends { content: { "application/json": infer Body } } ? Body : never;

/** What a path answers with a status. */
type Answer<Path extends keyof paths, M extends Method, Status extends number> =
  Operation<Path, M> extends { responses: infer Answers }
    ? Status extends keyof Answers
      ? Json<Answers[Status]>
      : never
    : never;

/** What a path takes as JSON. */
type Asked<Path extends keyof paths, M extends Method> =
  Operation<Path, M> extends { requestBody?: infer Body } ? Json<NonNullable<Body>> : never;

export type Portrait = Answer<"/v1/portraits", "post", 201>;
export type Driver = Answer<"/v1/drivers", "post", 201>;
export type PortraitList = Answer<"/v1/portraits", "get", 200>;
export type DriverList = Answer<"/v1/drivers", "get", 200>;
export type JobRequest = Asked<"/v1/jobs", "post">;
export type Job = Answer<"/v1/jobs/{id}", "get", 200>;
export type JobList = Answer<"/v1/jobs", "get", 200>;
export type StillRequest = Asked<"/v1/stills", "post">;
export type Engines = Answer<"/v1/engines", "get", 200>;
export type Expressions = Answer<"/v1/expressions", "get", 200>;
export type Version = Answer<"/v1/version", "get", 200>;
export type Voices = Answer<"/v1/voices", "get", 200>;
export type SpeechRequest = Asked<"/v1/speech", "post">;
export type VisemesRequest = Asked<"/v1/visemes", "post">;
export type Visemes = Answer<"/v1/visemes", "post", 200>;
