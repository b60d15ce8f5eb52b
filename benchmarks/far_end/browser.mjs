// A far end in Chromium: watches a session by WHEP, and writes down which brightness was shown when,
// and when sound was heard, until standard input ends. Run by browser.py.
import { createRequire } from "node:module";

const { MIEN_URL: url, MIEN_SESSION: session, MIEN_CHROMIUM: executablePath, MIEN_PLAYWRIGHT: folder } = process.env;
const { chromium } = createRequire(`${folder}/`)("playwright-core");

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
});
const page = await browser.newPage();
page.setDefaultTimeout(60_000);
await page.goto(`${url}/studio`);
await page.evaluate(watch, session);
console.log("watching");
for await (const _ of process.stdin);
console.log(JSON.stringify(await page.evaluate(() => globalThis.seenAndHeard)));
await browser.close();

/** In the page. Times are milliseconds since 1970. */
async function watch(path) {
  const log = { pictures: [], loud: [] };
  globalThis.seenAndHeard = log;
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
  const arrived = new Promise((resolve) => {
    const streams = new Set();
    peer.addEventListener("track", ({ streams: [stream] }) => {
      streams.add(stream);
      if (stream.getTracks().length === 2) resolve(stream);
    });
  });
  await peer.setLocalDescription();
  const answer = await fetch(`${path}/whep`, {
    method: "POST",
    headers: { "Content-Type": "application/sdp" },
    body: peer.localDescription.sdp,
  });
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  const stream = await arrived;
  globalThis.peer = peer;

  const video = document.createElement("video");
  video.muted = true; // the sound goes another way
  video.srcObject = stream;
  document.body.replaceChildren(video);
  void video.play();
  const canvas = new OffscreenCanvas(16, 16);
  const canvas2d = canvas.getContext("2d", { willReadFrequently: true });
  const look = (_, { expectedDisplayTime }) => {
    canvas2d.drawImage(video, 0, 0, 16, 16);
    const { data } = canvas2d.getImageData(0, 0, 16, 16);
    const sum = data.reduce((all, each, at) => all + (at % 4 === 3 ? 0 : each), 0);
    log.pictures.push([performance.timeOrigin + expectedDisplayTime, sum / (3 * 256)]);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);

  const context = new AudioContext({ sampleRate: 48_000 });
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 32_768 });
  context.createMediaStreamSource(stream).connect(analyser);
  const window_ = new Float32Array(analyser.fftSize);
  let looked = context.currentTime;
  const listen = () => {
    analyser.getFloatTimeDomainData(window_);
    const now = context.currentTime;
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    const toClock = performance.timeOrigin + (performanceTime || performance.now()) - 1000 * (contextTime || now);
    const fresh = Math.min(window_.length, Math.round((now - looked) * context.sampleRate));
    for (let at = window_.length - fresh; at < window_.length; at += 1)
      if (Math.abs(window_[at]) > 0.01)
        log.loud.push(toClock + 1000 * (now - (window_.length - at) / context.sampleRate));
    looked = now;
  };
  setInterval(listen, 50);
  await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
}
