// A live face in a real browser's WebRTC: it is watched, and a camera and a microphone drive it.
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

/** What the page needs: a session, and an exchange of offers as WHEP and WHIP have it. */
async function prepare(bearer) {
  const call = async (path, options = {}) => {
    const headers = { Authorization: `Bearer ${bearer}`, ...options.headers };
    const answer = await fetch(path, { ...options, headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const { portraits } = await (await call("/v1/portraits")).json();
  const session = await call("/v1/sessions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ portrait: portraits.find(({ name }) => name === "astronaut.png").id, size: 256 }),
  });
  const { id } = await session.json();
  globalThis.exchange = async (peer, kind) => {
    await peer.setLocalDescription();
    const answer = await call(`/v1/sessions/${id}/${kind}`, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: peer.localDescription.sdp,
    });
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    const place = answer.headers.get("Location");
    return () => call(place, { method: "DELETE" });
  };
  globalThis.endSession = () => call(`/v1/sessions/${id}`, { method: "DELETE" });
}

test("WHEP brings pictures and sound", async (running) => {
  const seen = await page.evaluate(async () => {
    const began = performance.now();
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
    const stream = new MediaStream();
    peer.addEventListener("track", ({ track }) => stream.addTrack(track));
    globalThis.stopWatching = await globalThis.exchange(peer, "whep");
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = stream;
    document.body.append(video);
    void video.play();
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    const firstMs = performance.now() - began;
    globalThis.watched = video;
    const heard = async () =>
      [...(await peer.getStats()).values()].some(
        ({ type, kind, packetsReceived }) => type === "inbound-rtp" && kind === "audio" && packetsReceived > 5,
      );
    while (!(await heard())) await new Promise(requestAnimationFrame);
    return { firstMs, width: video.videoWidth, height: video.videoHeight };
  });
  running.diagnostic(`first frame after ${Math.round(seen.firstMs)} ms`);
  assert.deepEqual([seen.width, seen.height], [256, 256]);
});

test("WHIP lets a camera open the portrait's mouth", async () => {
  const [alone, driven] = await page.evaluate(async (patienceMs) => {
    const canvas = new OffscreenCanvas(64, 64);
    const context2d = canvas.getContext("2d", { willReadFrequently: true });
    /** How far pictures of the lower face come to lie apart, until it is far enough or time is over. */
    const widest = async (enough, forMs) => {
      const seen = [];
      let most = 0;
      for (const end = performance.now() + forMs; most < enough && performance.now() < end; ) {
        await new Promise((resolve) => globalThis.watched.requestVideoFrameCallback(resolve));
        context2d.drawImage(globalThis.watched, 0, 0, 64, 64);
        const { data } = context2d.getImageData(22, 17, 12, 6);
        const apart = (other) => data.reduce((sum, each, at) => sum + Math.abs(each - other[at]), 0) / data.length;
        most = Math.max(most, ...seen.map(apart));
        seen.push(data);
      }
      return most;
    };
    const idle = await widest(Infinity, 1000);
    const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    globalThis.stopSending = await globalThis.exchange(peer, "whip?audio=none");
    return [idle, await widest(6 * idle, patienceMs)];
  }, PATIENCE_MS);
  assert.ok(driven >= 6 * alone, `alone it changes by ${alone}, driven by ${driven}`);
});

test("both end when they are told to", async () => {
  const statuses = await page.evaluate(async () => {
    const ended = [await globalThis.stopSending(), await globalThis.stopWatching(), await globalThis.endSession()];
    return ended.map(({ status }) => status);
  });
  assert.deepEqual(statuses, [200, 200, 200]);
});
