import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const PACKAGE = resolve(fileURLToPath(new URL("..", import.meta.url)));
const script = pathToFileURL(join(PACKAGE, "scripts", "studio.mjs")).href;

test("the studio has this client, compiled; `npm run studio` puts it there", async () => {
  const { DIST, STUDIO, reached } = (await import(script)) as {
    DIST: string;
    STUDIO: string;
    reached: () => string[];
  };
  const there = readdirSync(STUDIO, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".js"))
    .sort();
  assert.deepEqual(there, reached());
  for (const path of there) {
    assert.equal(readFileSync(join(STUDIO, path), "utf8"), readFileSync(join(DIST, path), "utf8"));
  }
});
