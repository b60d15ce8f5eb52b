import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import ts from "typescript";

import { asBytes } from "../dist/bytes.js";

const PACKAGE = resolve(fileURLToPath(new URL("..", import.meta.url)));
const DIST = join(PACKAGE, "dist");
const said = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as {
  scripts: { generate: string };
};
const modules = readdirSync(DIST, { recursive: true, encoding: "utf8" });

const CONSUMER = `
import { createLivePortraitClient, EmotionType, LivePortraitRenderer, Orchestrator } from "mien-client";
const client = createLivePortraitClient({ baseUrl: "http://localhost:8001", timeout: 30000, enableLogging: true });
const options: { width?: number } = {};
enum Theirs { HAPPY = "happy" }
export async function use(): Promise<void> {
  const sourceImage = new Blob([]);
  const emotion: EmotionType = EmotionType.HAPPY;
  const { filename } = await client.render({ sourceImage, emotion, width: options?.width });
  const theirs = await client.render({ sourceImage, emotion: Theirs.HAPPY, outputFormat: "png" });
  const shown: { emotion: Theirs; took: number } = {
    emotion: theirs.emotion as Theirs,
    took: theirs.latencyMs,
  };
  const { status, gpuName } = await client.health();
  const health: { ready: boolean; gpuName?: string | undefined } = {
    ready: status === "healthy",
    gpuName,
  };
  console.log(shown, health);
  await client.renderBatch(sourceImage, Object.values(EmotionType), 0.7);
  const bytes: BYTES = await client.downloadOutput(filename);
  const picture = new Blob([bytes]);
  const renderer = new LivePortraitRenderer("http://localhost:8081");
  const frame: BYTES = await renderer.render({ sourceImage: picture, expression: "happy" });
  for await (const timed of new Orchestrator({ renderer, characters: { ada: frame } }).perform("")) {
    const { frame, startMs }: { frame: BYTES; startMs: number } = timed;
    console.log(frame.byteLength, startMs);
  }
}
`;

/** What the compiler says of a program that uses this package. */
function complaints(code: string, types: string[]): string[] {
  const file = join(PACKAGE, "build", "consumer.ts");
  const options: ts.CompilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, types },
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext },
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, code, rest[0]) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("nothing of Node is imported before it is needed", () => {
  const scripts = modules.filter((name) => name.endsWith(".js"));
  assert.ok(scripts.length > 10);
  for (const name of scripts) {
    const code = readFileSync(join(DIST, name), "utf8");
    for (const { fileName } of ts.preProcessFile(code).importedFiles) {
      assert.match(fileName, /^\.\.?\//, `${name} imports ${fileName}`);
    }
  }
});

test("the types ask for nothing of Node", () => {
  for (const name of modules.filter(
    (name) => name.endsWith(".d.ts") && !/^(bytes|files)/.test(name),
  )) {
    assert.doesNotMatch(
      readFileSync(join(DIST, name), "utf8"),
      /node:|types="node"|\bBuffer\b/,
      name,
    );
  }
});

test("a program of a browser gets bytes, without the types of Node", () => {
  assert.deepEqual(complaints(CONSUMER.replaceAll("BYTES", "Uint8Array<ArrayBuffer>"), []), []);
});

test("a program of Node gets buffers", () => {
  assert.deepEqual(complaints(CONSUMER.replaceAll("BYTES", "Buffer<ArrayBuffer>"), ["node"]), []);
});

test("bytes are a Buffer where there is one", () => {
  const data = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
  assert.ok(Buffer.isBuffer(asBytes(data)));
  assert.deepEqual([...asBytes(data)], [1, 2]);
  const { Buffer: kept } = globalThis;
  try {
    delete (globalThis as { Buffer?: unknown }).Buffer;
    assert.equal(asBytes(data), data);
  } finally {
    globalThis.Buffer = kept;
  }
});

test("it needs no other package", () => {
  for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"]) {
    assert.ok(!(kind in said));
  }
});

test("no registry is named", () => {
  assert.doesNotMatch(readFileSync(join(PACKAGE, "package-lock.json"), "utf8"), /"resolved"/);
});

test("the generated types are those of the service's document", () => {
  const [program = "", ...words] = said.scripts.generate.split(" ");
  const path = join(PACKAGE, "node_modules", program, "bin/cli.js");
  const done = spawnSync(process.execPath, [path, ...words, "--check"], { cwd: PACKAGE });
  assert.equal(done.status, 0, `${String(done.stderr)}\nnpm run generate makes them anew`);
});
