// A live face in a plain <video>, as a stream over HTTP.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openBrowser } from "./browser.js";

const { MIEN_URL: url, MIEN_KEY: key } = process.env;
const PATIENCE_MS = 60_000;
let browser;
let page;

before(async () => {
  browser = await openBrowser();
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${url}/studio`);
  await page.evaluate(prepare, key);
});

after(() => browser?.close());

/** What the page needs: a session, and calls with its key. */
async function prepare(bearer) {
  globalThis.call = async (path, options = {}) => {
    const headers = { Authorization: `Bearer ${bearer}`, ...options.headers };
    const answer = await fetch(path, { ...options, headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const { portraits } = await globalThis.call("/v1/portraits");
  const { id } = await globalThis.call("/v1/sessions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ portrait: portraits[0].id, size: 256 }),
  });
  globalThis.session = `/v1/sessions/${id}`;
}

test("a video element plays a face, which speaks, until its session ends", async (running) => {
  const seen = await page.evaluate(async () => {
    const began = performance.now();
    const { ticket } = await globalThis.call(`${globalThis.session}/ticket`, { method: "POST" });
    const video = document.createElement("video");
    globalThis.watched = video;
    video.src = `${globalThis.session}/stream.mp4?ticket=${ticket}`;
    document.body.append(video);
    const failed = new Promise((_, reject) =>
      video.addEventListener("error", () => reject(new Error(video.error.message))),
    );
    const shown = () => new Promise((resolve) => video.requestVideoFrameCallback((_, frame) => resolve(frame)));
    void video.play();
    const first = await Promise.race([shown(), failed]);
    const firstMs = performance.now() - began;
    const context = new AudioContext();
    const listener = context.createAnalyser();
    context.createMediaElementSource(video).connect(listener);
    const canvas = new OffscreenCanvas(64, 64).getContext("2d", { willReadFrequently: true });
    const picture = () => {
      canvas.drawImage(video, 0, 0, 64, 64);
      return canvas.getImageData(0, 0, 64, 64).data;
    };
    const calm = picture();
    const form = new FormData();
    const loudness = () => {
      const wave = new Float32Array(listener.fftSize);
      listener.getFloatTimeDomainData(wave);
      return Math.max(...wave.map(Math.abs));
    };
    let change = 0;
    let loudest = 0;
    const wav = new Uint8Array(44 + 96_000);
    const view = new DataView(wav.buffer);
    for (const [at, word] of [[0, "RIFF"], [8, "WAVEfmt "], [36, "data"]])
      wav.set(new TextEncoder().encode(word), at);
    for (const [at, number] of [[4, 96_036], [16, 16], [24, 48_000], [28, 96_000], [40, 96_000]])
      view.setUint32(at, number, true);
    for (const [at, number] of [[20, 1], [22, 1], [32, 2], [34, 16]]) view.setUint16(at, number, true);
    for (let sample = 0; sample < 48_000; sample++)
      view.setInt16(44 + 2 * sample, 12_000 * Math.sin((2 * Math.PI * 600 * sample) / 48_000), true);
    form.set("file", new Blob([wav]), "beep.wav");
    let spoken = -Infinity;
    while (change === 0 || loudest < 0.1) {
      if (performance.now() - spoken > 5_000) {
        // again: a player that was held up has missed it
        await globalThis.call(`${globalThis.session}/speak`, { method: "POST", body: form });
        spoken = performance.now();
      }
      const { mediaTime } = await Promise.race([shown(), failed]);
      if (mediaTime <= first.mediaTime) continue;
      change = picture().reduce((most, each, at) => Math.max(most, Math.abs(each - calm[at])), change);
      loudest = Math.max(loudest, loudness());
    }
    const behindS = video.buffered.end(0) - video.currentTime;
    return { firstMs, behindS, width: video.videoWidth, height: video.videoHeight };
  });
  running.diagnostic(
    `first frame after ${Math.round(seen.firstMs)} ms; ${Math.round(1000 * seen.behindS)} ms wait in the player`,
  );
  assert.deepEqual([seen.width, seen.height], [256, 256]);
  await page.evaluate(async () => {
    const ended = new Promise((resolve) => globalThis.watched.addEventListener("ended", resolve));
    await globalThis.call(globalThis.session, { method: "DELETE" });
    await ended;
  });
});

test("a ticket begins one stream", async () => {
  const statuses = await page.evaluate(async () => {
    const answer = await fetch(`${globalThis.session}/stream.mp4?ticket=spent`);
    return answer.status;
  });
  assert.equal(statuses, 401);
});
