// Puts the compiled client into the studio: the modules that the page reaches, and no others.
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

export const ENTRIES = ["v1/client.js", "errors.js"];
const HERE = dirname(fileURLToPath(import.meta.url));
export const DIST = join(HERE, "..", "dist");
export const STUDIO = join(HERE, "..", "..", "..", "src", "mien", "service", "studio", "client");

/** The modules that are needed for some, by their paths below dist. */
export function reached(entries = ENTRIES) {
  const found = new Set();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    const code = readFileSync(join(DIST, path), "utf8");
    for (const [, target] of code.matchAll(/^(?:import|export)\b[^;]*?from "(\.[^"]+)";/gm)) {
      waiting.push(posix.join(posix.dirname(path), target));
    }
  }
  return [...found].sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(STUDIO, { recursive: true, force: true });
  for (const path of reached()) {
    const target = join(STUDIO, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(DIST, path), target);
  }
}
