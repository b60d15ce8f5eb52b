import { MienInputError } from "./errors.js";
import type { CallOptions } from "./http.js";

/** What every list takes. */
export interface ListOptions extends CallOptions {
  /** How many at most. */
  limit?: number | undefined;
}

/** A list, as long as asked for. */
export function listPath(path: string, { limit }: ListOptions): string {
  return limit === undefined ? path : `${path}?limit=${limit}`;
}

/** A name within a path. */
export function segment(name: string): string {
  if (/^\.{0,2}$/.test(name))
    throw new MienInputError(`there is nothing named ${JSON.stringify(name)}`);
  return encodeURIComponent(name);
}
