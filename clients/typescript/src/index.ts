export {
  createLivePortraitClient,
  type HealthResponse,
  LivePortraitClient,
  type LivePortraitClientConfig,
  type RenderOptions,
  type RenderRequest,
  type RenderResponse,
} from "./avatar.js";
export type { Bytes } from "./bytes.js";
export { EmotionType, type Expression } from "./emotions.js";
export {
  type FieldProblem,
  MienAbortError,
  MienApiError,
  MienConnectionError,
  MienError,
  MienInputError,
  MienJobError,
  MienTimeoutError,
} from "./errors.js";
export type { CallOptions, ClientOptions } from "./http.js";
export type { FrameRenderer, OrchestratorProblem } from "./faces.js";
export {
  Orchestrator,
  type OrchestratorOptions,
  type Script,
  type TimedFrame,
} from "./orchestrator.js";
export type { ListOptions } from "./paths.js";
export { type ExpressionList, type FrameRequest, LivePortraitRenderer } from "./renderer.js";
export type { Source } from "./source-image.js";
export { type Piece, TagParser } from "./tags.js";
export { MienClient } from "./v1/client.js";
export type { Jobs, SubmitOptions } from "./v1/jobs.js";
export type {
  Driver,
  DriverList,
  Engines,
  Expressions,
  Job,
  JobList,
  JobRequest,
  Portrait,
  PortraitList,
  SpeechRequest,
  StillRequest,
  Version,
  Visemes,
  VisemesRequest,
  Voices,
} from "./v1/types.js";
export type { Uploads } from "./v1/uploads.js";
