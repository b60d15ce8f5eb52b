import { MienInputError } from "./errors.js";
/** A list, as long as asked for. */
export function listPath(path, { limit }) {
    return limit === undefined ? path : `${path}?limit=${limit}`;
}
/** A name within a path. */
export function segment(name) {
    if (/^\.{0,2}$/.test(name))
        throw new MienInputError(`there is nothing named ${JSON.stringify(name)}`);
    return encodeURIComponent(name);
}
