import { MienApiError, MienInputError } from "./errors.js";
import { files } from "./files.js";
const MOST_REMEMBERED = 1000;
/** What was given, and the name that it may be shown by. */
export async function opened(source) {
    if (typeof source === "string")
        return { blob: await blobAt(source), name: nameOf(source) };
    if (source instanceof Blob) {
        return { blob: source, name: "name" in source ? String(source.name) : "file" };
    }
    if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
        return { blob: new Blob([source]), name: "file" };
    }
    throw new MienInputError("a file must be a path, a Uint8Array or a Blob");
}
async function blobAt(path) {
    const fs = await files();
    try {
        await fs.promises.access(path, fs.constants.R_OK);
        return await fs.openAsBlob(path);
    }
    catch (error) {
        throw new MienInputError(`cannot read ${path}: ${error.message}`, error);
    }
}
function nameOf(path) {
    return path.split(/[/\\]/).pop() || "file";
}
/** Portraits by content, so that each is sent once. */
export class SentPortraits {
    #hashes = new Set();
    /**
     * Post a form with `source_image`, or `image_hash` if the service had this picture before. If it
     * no longer has it, the picture is sent again.
     */
    async post(source, post) {
        const { blob, name } = await opened(source);
        const hash = await sha256(blob);
        if (hash !== undefined && this.#hashes.has(hash)) {
            try {
                return await post(formWith("image_hash", hash));
            }
            catch (error) {
                if (!(error instanceof MienApiError && error.status === 404))
                    throw error;
                this.#hashes.delete(hash);
            }
        }
        const answer = await post(formWith("source_image", blob, name));
        if (hash !== undefined)
            this.#remember(hash);
        return answer;
    }
    #remember(hash) {
        this.#hashes.add(hash);
        const [oldest] = this.#hashes;
        if (this.#hashes.size > MOST_REMEMBERED && oldest !== undefined)
            this.#hashes.delete(oldest);
    }
}
function formWith(field, value, name) {
    const form = new FormData();
    if (typeof value === "string")
        form.append(field, value);
    else
        form.append(field, value, name);
    return form;
}
/** Hex; undefined on pages without TLS, which have no cryptography. */
async function sha256(blob) {
    const { subtle } = globalThis.crypto;
    if (subtle === undefined)
        return undefined;
    const digest = new Uint8Array(await subtle.digest("SHA-256", await blob.arrayBuffer()));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
