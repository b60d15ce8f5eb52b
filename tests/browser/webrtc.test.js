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
  await page.evaluate(`globalThis.joined = ${join}`);
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
  const portrait = portraits.find(({ name }) => name === "astronaut.png").id;
  globalThis.begin = async (options) => {
    const session = await call("/v1/sessions", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ portrait, size: 256, ...options }),
    });
    return session.json();
  };
  globalThis.session = await globalThis.begin({});
  globalThis.exchange = async (peer, place) => {
    await peer.setLocalDescription();
    const answer = await call(place, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: peer.localDescription.sdp,
    });
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    const connection = answer.headers.get("Location");
    return () => call(connection, { method: "DELETE" });
  };
  globalThis.endSession = ({ id }) => call(`/v1/sessions/${id}`, { method: "DELETE" });
}

/** The shader of docs/webrtc.md: what a film shows with its matte, premultiplied, rows from below. */
function join(gl, film) {
  const program = gl.createProgram();
  const sources = {
    VERTEX_SHADER: `attribute vec2 place; varying vec2 at;
      void main() { at = vec2(place.x, 1.0 - place.y); gl_Position = vec4(place * 2.0 - 1.0, 0, 1); }`,
    FRAGMENT_SHADER: `precision mediump float; uniform sampler2D film; varying vec2 at;
      void main() {
        vec3 colour = texture2D(film, vec2(at.x, at.y * 0.5)).rgb;
        float alpha = texture2D(film, vec2(at.x, 0.5 + at.y * 0.5)).r;
        gl_FragColor = vec4(colour, alpha);
      }`,
  };
  for (const [kind, source] of Object.entries(sources)) {
    const shader = gl.createShader(gl[kind]);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
  gl.enableVertexAttribArray(gl.getAttribLocation(program, "place"));
  gl.vertexAttribPointer(gl.getAttribLocation(program, "place"), 2, gl.FLOAT, false, 0, 0);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
    gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
  }
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, film);
  gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  const pixels = new Uint8Array(4 * gl.canvas.width * gl.canvas.height);
  gl.readPixels(0, 0, gl.canvas.width, gl.canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  return pixels;
}

test("WHEP brings pictures and sound", async (running) => {
  const seen = await page.evaluate(async (patienceMs) => {
    const began = performance.now();
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
    const stream = new MediaStream();
    peer.addEventListener("track", ({ track }) => stream.addTrack(track));
    globalThis.stopWatching = await globalThis.exchange(peer, globalThis.session.whep);
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
    while (!(await heard())) {
      if (performance.now() - began > patienceMs) throw new Error("no sound came");
      await new Promise(requestAnimationFrame);
    }
    return { firstMs, width: video.videoWidth, height: video.videoHeight };
  }, PATIENCE_MS);
  running.diagnostic(`first frame after ${Math.round(seen.firstMs)} ms`);
  assert.deepEqual([seen.width, seen.height], [256, 256]);
});

test("WHIP lets a camera open the portrait's mouth", async (running) => {
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
    const idle = Math.max(0.2, await widest(Infinity, 1000)); // pictures that stand still prove nothing
    const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    globalThis.stopSending = await globalThis.exchange(peer, `${globalThis.session.whip}?audio=none`);
    return [idle, await widest(6 * idle, patienceMs)];
  }, PATIENCE_MS);
  running.diagnostic(`the mouth changes by ${alone} alone, by ${driven} driven`);
  assert.ok(driven >= 6 * alone, `alone it changes by ${alone}, driven by ${driven}`);
});

test("both end when they are told to", async () => {
  const statuses = await page.evaluate(async () => {
    const ended = [await globalThis.stopSending(), await globalThis.stopWatching(), await globalThis.endSession(globalThis.session)];
    return ended.map(({ status }) => status);
  });
  assert.deepEqual(statuses, [200, 200, 200]);
});

test("a stacked matte makes the page shine through around the face", async () => {
  const [corner, face] = await page.evaluate(async () => {
    const session = await globalThis.begin({ transparent: true });
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    peer.addTransceiver("video", { direction: "recvonly" });
    const video = document.createElement("video");
    video.muted = true;
    peer.addEventListener("track", ({ track }) => (video.srcObject = new MediaStream([track])));
    const stop = await globalThis.exchange(peer, `${session.whep}?alpha=stacked`);
    document.body.append(video);
    void video.play();
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight / 2);
    const pixels = globalThis.joined(canvas.getContext("webgl"), video);
    const at = (x, y) => [...pixels.slice(4 * (y * canvas.width + x)).slice(0, 4)];
    const seen = [at(4, canvas.height - 5), at(canvas.width >> 1, (canvas.height * 3) >> 2)];
    await stop();
    await globalThis.endSession(session);
    return seen;
  });
  assert.ok(corner[3] < 60, `the corner is ${corner}`);
  assert.ok(face[3] > 200 && Math.max(...face.slice(0, 3)) > 60, `the face is ${face}`);
});
