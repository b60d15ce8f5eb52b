import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import {
  createLivePortraitClient,
  EmotionType,
  type Job,
  type LivePortraitClient,
  LivePortraitRenderer,
  MienApiError,
  MienClient,
  MienJobError,
  Orchestrator,
} from "mien-client";

import { MienServer, PORTRAIT, SOUND } from "./mien-server.js";

const server = new MienServer();
let baseUrl: string;
let client: LivePortraitClient;
let mien: MienClient;

before(async () => {
  baseUrl = await server.listening();
  client = createLivePortraitClient({ baseUrl });
  mien = new MienClient({ baseUrl });
  assert.equal(await client.waitForHealthy(600, 200), true);
});
after(() => server.stop());

const isPng = (data: Uint8Array): boolean => Buffer.from(data).toString("latin1", 1, 4) === "PNG";
const isJpeg = (data: Uint8Array): boolean => data[0] === 0xff && data[1] === 0xd8;
const problem =
  (status: number, code: string) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof MienApiError);
    assert.deepEqual([error.status, error.code], [status, code]);
    assert.ok(error.requestId);
    return true;
  };

test("health says what the service runs on", async () => {
  const health = await client.health();
  const { status, modelLoaded, gpuAvailable, engine, queue } = health;
  assert.ok(!("gpuName" in health));
  assert.deepEqual([status, modelLoaded, gpuAvailable, engine], ["healthy", true, false, "mesh"]);
  assert.equal(queue.waiting, 0);
});

test("a path, a buffer and a blob are the same portrait", async () => {
  const first = await client.render({ sourceImage: PORTRAIT });
  assert.deepEqual([first.emotion, first.intensity], [EmotionType.NEUTRAL, 0.7]);
  assert.deepEqual([first.width, first.height, first.gpuUsed], [512, 512, false]);
  assert.ok(first.latencyMs > 0);
  assert.match(first.filename, /\.png$/);
  assert.equal(first.outputPath, `/output/${first.filename}`);
  const bytes = readFileSync(PORTRAIT);
  for (const sourceImage of [bytes, new Blob([bytes])]) {
    const { imageHash } = await client.render({
      sourceImage,
      emotion: EmotionType.HAPPY,
      intensity: 0.8,
    });
    assert.equal(imageHash, first.imageHash);
  }
});

test("size and format are as asked for", async () => {
  const request = {
    sourceImage: PORTRAIT,
    emotion: "sad",
    outputFormat: "jpg",
    width: 256,
    height: 256,
  } as const;
  const { filename, width, height } = await client.render(request);
  assert.deepEqual([width, height], [256, 256]);
  assert.match(filename, /\.jpg$/);
  assert.ok(isJpeg(await client.downloadOutput(filename)));
});

test("an output is fetched, saved and deleted", async () => {
  const { filename } = await client.render({ sourceImage: PORTRAIT, width: 128, height: 128 });
  const path = join(server.folder, "saved.png");
  const bytes = await client.downloadOutput(filename, path);
  assert.ok(Buffer.isBuffer(bytes) && isPng(bytes));
  assert.deepEqual(readFileSync(path), bytes);
  assert.deepEqual(
    readdirSync(server.folder).filter((name) => name.endsWith(".part")),
    [],
  );
  await client.deleteOutput(filename);
  await assert.rejects(client.downloadOutput(filename), problem(404, "not-found"));
  await assert.rejects(client.deleteOutput(filename), problem(404, "not-found"));
});

test("a batch comes in its order", async () => {
  const emotions = Object.values(EmotionType);
  const results = await client.renderBatch(PORTRAIT, emotions, 0.6, {
    width: 64,
    height: 64,
    outputFormat: "webp",
  });
  assert.deepEqual(
    results.map(({ emotion }) => emotion),
    emotions,
  );
  assert.equal(new Set(results.map(({ filename }) => filename)).size, emotions.length);
});

test("a portrait that the service has forgotten is sent again", async () => {
  const { imageHash } = await client.render({ sourceImage: PORTRAIT, width: 64, height: 64 });
  await mien.portraits.delete(imageHash);
  const again = await client.render({ sourceImage: PORTRAIT, width: 64, height: 64 });
  assert.equal(again.imageHash, imageHash);
});

test("what the service refuses is told in its words", async () => {
  const sourceImage = PORTRAIT;
  await assert.rejects(client.render({ sourceImage, emotion: "hapy" }), (error: unknown) => {
    assert.ok(error instanceof MienApiError);
    assert.equal(error.status, 422);
    assert.match(error.detail, /happy/);
    return true;
  });
  await assert.rejects(
    client.render({ sourceImage, intensity: 2 }),
    problem(422, "invalid-request"),
  );
  await assert.rejects(client.render({ sourceImage: new Uint8Array(99) }), MienApiError);
  const hasty = createLivePortraitClient({ baseUrl, timeout: 1 });
  await assert.rejects(hasty.render({ sourceImage }), { name: "MienTimeoutError" });
});

test("requests are counted", async () => {
  assert.match(await client.getMetrics(), /^liveportrait_requests_total\b.* [1-9]/m);
});

test("the frame renderer gives JPEGs", async () => {
  const renderer = new LivePortraitRenderer(baseUrl);
  const { expressions, intensities } = await renderer.expressions();
  assert.deepEqual([...expressions].sort(), Object.values(EmotionType).sort());
  assert.deepEqual(intensities, { min: 0, max: 1 });
  const sourceImage = readFileSync(PORTRAIT);
  const frame = await renderer.render({ sourceImage, expression: "happy", intensity: 0.8 });
  assert.ok(Buffer.isBuffer(frame) && isJpeg(frame));
  assert.deepEqual(
    await renderer.render({ sourceImage, expression: "happy", intensity: 0.8 }),
    frame,
  );
  assert.ok((await renderer.health()).status);
});

test("a script becomes faces", async () => {
  const renderer = new LivePortraitRenderer(baseUrl);
  const problems: unknown[] = [];
  const orchestrator = new Orchestrator({
    renderer,
    characters: { ada: PORTRAIT },
    onProblem: (told) => problems.push(told),
  });
  const seen: unknown[] = [];
  for await (const { frame, expression, text } of orchestrator.perform(
    "[happy] Hello! [yawns] Oh no.",
  )) {
    assert.ok(isJpeg(frame));
    seen.push([expression, text]);
  }
  assert.deepEqual(seen, [
    ["happy", "Hello!"],
    ["neutral", "Oh no."],
  ]);
  assert.deepEqual(problems, [{ kind: "unknown-tag", tag: "yawns" }]);
});

test("there is a catalog of engines and expressions, and a version", async () => {
  const { engines } = await mien.engines();
  assert.ok(engines.some(({ name, available }) => name === "mesh" && available));
  const { expressions } = await mien.expressions();
  assert.ok(expressions.some(({ name, valence }) => name === "happy" && valence > 0));
  assert.equal((await mien.version()).api, "v1");
});

test("portraits and drivers are kept by content", async () => {
  const portrait = await mien.portraits.upload(PORTRAIT);
  assert.deepEqual(
    [portrait.kind, portrait.name, portrait.faces.length],
    ["picture", "astronaut.png", 1],
  );
  assert.equal((await mien.portraits.upload(readFileSync(PORTRAIT))).id, portrait.id);
  assert.deepEqual(await mien.portraits.get(portrait.id), portrait);
  assert.ok((await mien.portraits.list()).portraits.some(({ id }) => id === portrait.id));
  const driver = await mien.drivers.upload(SOUND);
  assert.equal(driver.kind, "sound");
  await mien.drivers.delete(driver.id);
  await assert.rejects(mien.drivers.get(driver.id), problem(404, "not-found"));
});

test("a still is answered at once", async () => {
  const { id } = await mien.portraits.upload(PORTRAIT);
  const still = await mien.still({ portrait: id, edits: { smile: 0.6 }, format: "jpg", size: 128 });
  assert.ok(isJpeg(still));
});

test("what a mouth does while a sound plays is told, and who can speak", async () => {
  const { id } = await mien.drivers.upload(SOUND);
  const { segments, frames } = await mien.visemes({ audio: id, fps: 10 });
  assert.ok(segments.length > 10 && frames.length > 10);
  const { synthesizer, problem, voices } = await mien.voices();
  assert.equal(voices.length > 0, synthesizer !== null);
  if (synthesizer === null) assert.match(problem ?? "", /espeak-ng/);
  else assert.equal((await mien.say({ text: "Good morning." })).kind, "sound");
});

test("a job is followed to its end and its result fetched in three ways", async () => {
  const { id: source } = await mien.portraits.upload(PORTRAIT);
  const request = { kind: "express", source, emotion: "happy", format: "webp", size: 128 } as const;
  const job = await mien.jobs.submit(request, { idempotencyKey: "once" });
  assert.equal((await mien.jobs.submit(request, { idempotencyKey: "once" })).id, job.id);
  const told: Job[] = [];
  const ended = await mien.jobs.wait(job.id, { told: (each) => told.push(each) });
  assert.equal(ended.state, "succeeded");
  assert.equal(told.at(-1)?.result?.media_type, "image/webp");
  const blob = await mien.jobs.result(job.id);
  assert.equal(blob.type, "image/webp");
  const bytes = Buffer.from(await blob.arrayBuffer());
  const path = join(server.folder, "job.webp");
  await mien.jobs.saveResult(job.id, path);
  assert.deepEqual(readFileSync(path), bytes);
  assert.ok((await mien.jobs.list({ limit: 5 })).jobs.some(({ id }) => id === job.id));
  assert.equal((await mien.jobs.cancel(job.id)).state, "succeeded");
  await assert.rejects(mien.jobs.get(job.id), problem(404, "not-found"));
});

test("a job is cancelled, and who waits for it hears so", async () => {
  const { id: source } = await mien.portraits.upload(PORTRAIT);
  const request = { kind: "animate", source, driving: "idle:natural", duration: 300 } as const;
  const { id } = await mien.jobs.submit(request);
  const told = (job: Job): void => {
    if (job.state === "running" && job.progress.done > 0) void mien.jobs.cancel(id);
  };
  await assert.rejects(mien.jobs.wait(id, { told }), (error: unknown) => {
    assert.ok(error instanceof MienJobError);
    assert.deepEqual([error.state, error.jobId], ["cancelled", id]);
    return true;
  });
});

const examples = fileURLToPath(new URL("readme/", import.meta.url));
for (const name of readdirSync(examples).filter((each) => each.endsWith(".js"))) {
  test(`the README's example runs: ${name}`, () => {
    copyFileSync(PORTRAIT, join(server.folder, "portrait.png"));
    copyFileSync(SOUND, join(server.folder, "hello.ogg"));
    const env = { ...process.env, MIEN_URL: baseUrl };
    const done = spawnSync(process.execPath, [join(examples, name)], {
      ...{ cwd: server.folder, env, encoding: "utf8", timeout: 120_000 },
    });
    assert.equal(done.status, 0, done.stderr);
  });
}

test("the README's examples have left their files", () => {
  for (const name of ["happy.png", "surprised.jpg", "hello.mp4"]) {
    assert.ok(existsSync(join(server.folder, name)), name);
  }
});
