import { MienInputError } from "./errors.js";
/** Put something in a file; it is there whole or not at all. */
export async function writeWhole(path, content) {
    const fs = await files();
    const unfinished = `${path}.${Math.random().toString(36).slice(2, 10)}.part`;
    try {
        await fs.promises.writeFile(unfinished, content);
        await fs.promises.rename(unfinished, path);
    }
    catch (error) {
        await fs.promises.rm(unfinished, { force: true });
        throw error;
    }
}
/** The files of Node. A name that bundlers do not look into, for browsers have none. */
export async function files() {
    const name = "node:fs";
    try {
        return (await import(
        /* webpackIgnore: true */ /* @vite-ignore */ name));
    }
    catch (error) {
        throw new MienInputError("there are no paths here; give a Blob or a Uint8Array", error);
    }
}
