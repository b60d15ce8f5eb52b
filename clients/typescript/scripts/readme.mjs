// The examples of README.md as modules under test/readme/, to be compiled and run by the tests.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const folder = new URL("../test/readme/", import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
const examples = [...readme.matchAll(/^## (.+)$|^```ts\n([^]*?)^```$/gm)];
let heading = "";
for (const [, title, code] of examples) {
  if (title !== undefined) {
    heading = title;
    continue;
  }
  // Only where the service is differs from what a reader copies.
  const runnable = code.replaceAll(/"http:\/\/localhost:\d+"/g, 'process.env["MIEN_URL"]!');
  const name = heading.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  writeFileSync(new URL(`${name}.ts`, folder), runnable, { flag: "wx" });
}
