// The studio in a real browser, against the real service, as a reader uses it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { giveKey, openBrowser, settled, takeSample } from "./browser.js";

const { MIEN_URL: url, MIEN_KEY: key, MIEN_OUT: out } = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Pictures are compared in this size: columns, and rows. */
const SIDE = 96;
const PATIENCE_MS = 60_000;
const asked = [];
const complaints = [];
let browser;
let context;
let page;

before(async () => {
  browser = await openBrowser();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(listen);
  page = await context.newPage();
  context.on("request", (request) => asked.push(request.url()));
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
});

after(() => browser?.close());

/** Whatever the page plays by Web Audio goes by an analyser, too. */
function listen() {
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...more) {
    if (target === this.context.destination) {
      const analyser = (this.context.heard ??= new AnalyserNode(this.context));
      globalThis.heard = analyser;
      connect.call(this, analyser);
    }
    return connect.call(this, target, ...more);
  };
}

/** How loud it is now: root of the mean square, 0 to 1. */
const loudness = () =>
  page.evaluate(() => {
    if (!globalThis.heard) return 0;
    const samples = new Float32Array(globalThis.heard.fftSize);
    globalThis.heard.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
  });

/** Bytes of the picture that is shown: red, green, blue, alpha. */
const pixels = (selector = "#picture") =>
  page.evaluate(async ({ wanted, side }) => {
    const element = document.querySelector(wanted);
    if (element.decode) await element.decode();
    const canvas = new OffscreenCanvas(side, side);
    const context2d = canvas.getContext("2d");
    context2d.drawImage(element, 0, 0, side, side);
    return [...context2d.getImageData(0, 0, side, side).data];
  }, { wanted: selector, side: SIDE });

/** Mean difference of two pictures within a box. */
function difference(one, other, { x, y, width, height }) {
  let sum = 0;
  for (let row = y; row < y + height; row += 1) {
    for (let at = 4 * (SIDE * row + x); at < 4 * (SIDE * row + x + width); at += 1) {
      sum += Math.abs(one[at] - other[at]);
    }
  }
  return sum / (4 * width * height);
}

/** The face that is outlined, between two shares of its height. */
async function part(from, to) {
  const face = await page.evaluate(() => {
    const { left, top, width, height } = document.querySelector(".faces button").style;
    return [left, top, width, height];
  });
  const [left, top, width, height] = face.map((each) => Math.round((SIDE / 100) * parseFloat(each)));
  return { x: left, y: top + Math.round(from * height), width, height: Math.round((to - from) * height) };
}

const mouth = () => part(0.6, 1);
const brows = () => part(0.15, 0.4);

const CORNER = { x: 0, y: 75, width: 15, height: 15 };

async function blameless(where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  assert.deepEqual(told, [], where);
}

/** What is asked again and again becomes true. */
async function comes(isTrue, what) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    if (await isTrue()) return;
  }
  assert.fail(`there was no ${what}`);
}

const tab = (name) => page.getByRole("tab", { name }).click();
const newest = () => page.locator(".film").first();
const state = (wanted) => page.locator(`.film:first-child[data-state="${wanted}"]`).waitFor();


/** One after the other in the same page: what comes after one that failed says nothing. */
let failed = false;
function step(name, work) {
  test(name, async (running) => {
    if (failed) return running.skip("an earlier one failed");
    failed = true;
    await work();
    failed = false;
  });
}

step("a service with keys asks for one, says when it is wrong, and keeps it in this tab", async () => {
  await page.goto(`${url}/studio`);
  await giveKey(page, "mien_wrong");
  await page.getByText("this key is not known").waitFor();
  await blameless("key");
  await giveKey(page, key);
  await page.locator("html[data-ready]").waitFor();
  const kept = await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie]);
  assert.deepEqual(kept, [1, 0, ""]);
  complaints.length = 0; // the browser tells of every 401
});

step("the sample's face is outlined and chosen", async () => {
  await blameless("start");
  await takeSample(page);
  const face = page.getByRole("button", { name: "Face 1" });
  assert.equal(await face.getAttribute("aria-pressed"), "true");
  assert.equal(await page.locator("#status").textContent(), "One face found.");
});

step("the portrait begins to live: its pictures change, and nobody asked for that", async () => {
  await page.locator('#live-toggle[aria-pressed="true"]').waitFor();
  const first = await pixels("#live");
  await comes(async () => difference(first, await pixels("#live"), await part(0, 1)) > 0.3, "life");
  await page.locator("#live-figures").getByText(/^\d+ fps · \d+ ms$/).waitFor();
});

step("it feels at once, with mouth and brows", async () => {
  const [low, high, calm] = [await mouth(), await brows(), await pixels("#live")];
  await page.getByRole("button", { name: "surprised" }).click();
  await comes(async () => difference(calm, await pixels("#live"), low) > 5, "open mouth");
  await comes(async () => difference(calm, await pixels("#live"), high) > 2, "raised brows");
});

step("it says a sound: lips move, it is heard, mouth shapes are told, and Interrupt ends all", async () => {
  await tab("Talk");
  await page.locator("#talk-sample").click();
  const [place, before] = [await mouth(), await pixels("#live")];
  await page.getByRole("button", { name: "Say it live" }).click();
  await page.getByRole("button", { name: "Interrupt" }).waitFor();
  await comes(async () => (await loudness()) > 0.02, "sound");
  await comes(async () => difference(before, await pixels("#live"), place) > 2, "lips that move");
  await page.getByRole("button", { name: "Say it live" }).waitFor(); // to its end
  await page.getByRole("button", { name: "Say it live" }).click();
  await page.locator('#captions[data-viseme]:not([data-viseme="sil"])').waitFor();
  await page.getByRole("button", { name: "Interrupt" }).click();
  await page.getByRole("button", { name: "Say it live" }).waitFor();
  await page.locator("#captions:not([data-viseme])").waitFor();
  await comes(async () => (await loudness()) < 0.001, "silence");
});

step("typed words are said, where something can say them", async () => {
  await page.getByLabel("Typed words").check();
  await page.getByRole("button", { name: "Say it live" }).click();
  await page.getByRole("alert").getByText("Write what is to be said first.").waitFor();
  assert.equal(await page.locator("#talk-voice select").inputValue(), "en-us");
  await page.locator("#talk-form textarea").fill("Hello, I am glad to see you.");
  await page.getByRole("button", { name: "Say it live" }).click();
  await comes(async () => (await loudness()) > 0.02, "sound");
  await page.locator('#captions[data-viseme]:not([data-viseme="sil"])').waitFor();
  await page.locator("#talk-form").getByRole("button", { name: "Copy as command" }).click();
  const shell = await page.locator("#command-shell").textContent();
  assert.match(shell, /^mien talk astronaut\.png --say 'Hello, I am glad to see you\.' --voice en-us /);
  assert.match(await page.locator("#command-curl").textContent(), /\/v1\/speech --json/);
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await blameless("typed words");
  await page.getByLabel("A recording").check();
  await page.locator("#talk-form textarea").fill("");
});

step("live pictures come by WebRTC, too", async () => {
  await page.getByRole("button", { name: /^Engine/ }).click();
  await page.locator("#engines label").first().waitFor();
  await blameless("engine");
  await page.getByLabel("WebRTC").check();
  await page.getByRole("button", { name: "Done" }).click();
  await page.waitForFunction(() => document.querySelector("#watched").videoWidth > 0);
  const first = await pixels("#live");
  await comes(async () => difference(first, await pixels("#live"), await part(0, 1)) > 0.3, "life");
  await page.getByRole("button", { name: /^Engine/ }).click();
  await page.getByLabel("WebSocket").check();
  await page.getByRole("button", { name: "Done" }).click();
  await page.waitForFunction(() => document.querySelector("#watched").srcObject === null);
});

step("the person is cut out, and put back", async () => {
  const alpha = async () => (await pixels("#live"))[4 * SIDE * 2 + 4 * 2 + 3];
  await page.getByRole("button", { name: "Cut out" }).click();
  await comes(async () => (await alpha()) < 20, "transparent corner");
  await page.getByRole("button", { name: "Cut out" }).click();
  await comes(async () => (await alpha()) > 250, "corner that is painted");
  await page.locator('#live-toggle[aria-pressed="true"]').waitFor();
});

step("it does what the camera sees", async () => {
  await tab("Drive");
  const place = await mouth();
  await page.getByRole("button", { name: "Drive live" }).click();
  const seen = [await pixels("#live")];
  const widest = () => Math.max(...seen.map((each) => difference(seen.at(-1), each, place)));
  await comes(async () => seen.push(await pixels("#live")) && widest() > 5, "a mouth that opens");
  await page.getByRole("button", { name: "Drive live" }).click();
  await page.getByRole("button", { name: "Live", exact: true }).click();
  await page.locator("#picture").waitFor();
  await tab("Emotion");
});

step("an emotion changes the mouth, and not the background", async () => {
  const place = await mouth();
  await page.getByRole("button", { name: "neutral" }).click();
  await page.getByText("neutral, 70 %").waitFor();
  const still = await pixels();
  const high = await brows();
  await page.getByRole("button", { name: "surprised" }).click();
  await page.getByText("surprised, 70 %").waitFor();
  const moved = await pixels();
  assert.ok(difference(still, moved, place) > 6, "mouth");
  assert.ok(difference(still, moved, high) > 2, "brows");
  assert.ok(difference(still, moved, CORNER) < 1, "background");
  await page.getByRole("button", { name: "Before" }).click();
  assert.ok(difference(moved, await pixels("#original"), place) > 6, "before");
  await blameless("emotion");
});

step("tabs and sliders work with the keyboard; reset gives the portrait back", async () => {
  const place = await mouth();
  await page.getByRole("tab", { name: "Emotion" }).focus();
  for (let count = 0; count < 3; count += 1) await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("#tab-edit").getAttribute("aria-selected"), "true");
  const before = await pixels();
  await page.getByLabel("Smile").focus();
  await page.keyboard.press("End");
  await page.getByText("Edited").waitFor();
  await settled(page);
  const smiling = await pixels();
  assert.ok(difference(before, smiling, place) > 2);
  await blameless("edit");
  await page.getByRole("button", { name: "Reset all" }).click();
  await page.getByText("As it is").waitFor();
  await settled(page);
  assert.ok(difference(smiling, await pixels(), place) > 2);
  assert.ok(difference(await pixels("#original"), await pixels(), place) < 1);
});

step("a job is followed, and cancelled", async () => {
  await tab("Drive");
  await page.getByLabel("Seconds").last().fill("300");
  await page.locator("#drive-form").getByRole("button", { name: "Make a film" }).click();
  await newest().getByText(/^\d+ of \d+ frames · \d+ per second · \d+ s left$/).waitFor();
  await newest().getByRole("button", { name: "Cancel" }).click();
  await state("cancelled");
  await blameless("drive");
});

step("a film is made, plays, and is downloaded", async () => {
  await tab("Emotion");
  await page.getByRole("button", { name: "happy" }).click();
  await page.locator("#emotion-form").getByLabel("Seconds").fill("1");
  await page.locator("#emotion-form").getByRole("button", { name: "Make a film" }).click();
  await state("succeeded");
  await page.waitForFunction(() => document.querySelector("#film").videoWidth > 0);
  const download = page.waitForEvent("download");
  await newest().getByRole("button", { name: "Download" }).click();
  const file = readFileSync(await (await download).path());
  assert.equal(file.subarray(4, 8).toString(), "ftyp");
});

step("what the microphone hears is said", async () => {
  await tab("Talk");
  await page.getByRole("button", { name: "Record", exact: true }).click();
  await page.getByText("Recording… 1 s").waitFor();
  await page.locator("#talk-record").click();
  await page.getByText("recording.wav").waitFor();
  await page.locator("#talk-form").getByRole("button", { name: "Make a film" }).click();
  await newest().getByText("Speech").waitFor();
  await state("succeeded");
  await page.locator("#captions[data-viseme]").waitFor(); // of the film, which plays
  await blameless("talk");
});

step("the same is told as a command and as requests, without the key", async () => {
  await page.getByRole("button", { name: /^Command: Speech/ }).first().click();
  const shell = await page.locator("#command-shell").textContent();
  assert.match(shell, /^mien talk astronaut\.png --audio recording\.wav --liveliness 0\.5 -o talking\.mp4$/);
  const curl = await page.locator("#command-curl").textContent();
  assert.ok(curl.includes(`${url}/v1/jobs`) && !curl.includes(key));
  await blameless("command");
  await page.getByRole("button", { name: "Close", exact: true }).click();
});

step("all emotions come as one ZIP", async () => {
  await tab("Batch");
  await page.getByLabel("Longest side").fill("64");
  await page.getByRole("button", { name: "Make all" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: /Download astronaut-emotions\.zip/ }).click();
  await (await download).saveAs(join(out, "emotions.zip"));
  await blameless("batch");
});

step("what cannot be used is said in words, and nothing in it runs", async () => {
  await page.getByRole("button", { name: "New portrait" }).click();
  const name = "<img src=x onerror=alert(1)>.png";
  const faceless = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(64, 64);
    canvas.getContext("2d").fillRect(0, 0, 64, 64);
    const blob = await canvas.convertToBlob();
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  const file = { name, mimeType: "image/png", buffer: Buffer.from(faceless) };
  await page.locator("#portrait-file").setInputFiles(file);
  const words = page.getByRole("alert").getByText("<img src=x");
  await words.waitFor();
  assert.equal(await page.locator('[role="alert"] img').count(), 0);
  await page.getByRole("button", { name: "Close this message" }).click();
  assert.equal(await words.count(), 0);
  complaints.length = 0; // the browser tells of the 4xx
});

step("of several faces one is picked", async () => {
  const two = await page.evaluate(async () => {
    const answer = await fetch("studio/sample.png");
    const face = await createImageBitmap(await answer.blob(), 128, 0, 256, 256);
    const canvas = new OffscreenCanvas(512, 256);
    for (const x of [0, 256]) canvas.getContext("2d").drawImage(face, x, 0);
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  });
  const file = { name: "two.png", mimeType: "image/png", buffer: Buffer.from(two) };
  await page.locator("#portrait-file").setInputFiles(file);
  await page.getByText("2 faces found. Pick one.").waitFor();
  const second = page.getByRole("button", { name: "Face 2 of 2" });
  assert.equal(await second.getAttribute("aria-pressed"), "false");
  await second.click();
  assert.equal(await second.getAttribute("aria-pressed"), "true");
  await page.getByRole("button", { name: "Live", exact: true }).click();
  await page.locator('#live-toggle[aria-pressed="true"]').waitFor();
  await page.locator("#command-still").click();
  assert.match(await page.locator("#command-shell").textContent(), /--face 2/);
  await page.getByRole("button", { name: "Close", exact: true }).click();
});

step("what is missing is said before anything is asked for", async () => {
  await tab("Emotion");
  await page.locator("#emotion-form").getByRole("button", { name: "Make a film" }).click();
  await page.getByRole("alert").getByText("Click an emotion first.").waitFor();
  await tab("Drive");
  await page.getByLabel("A film, picture or template").check();
  await page.locator("#drive-form").getByRole("button", { name: "Make a film" }).click();
  await page.getByRole("alert").getByText("Choose a film, a picture or a template first").waitFor();
  await tab("Emotion");
});

step("a photo of the camera becomes a portrait", async () => {
  await page.getByRole("button", { name: "New portrait" }).click();
  await page.getByRole("button", { name: "Take a photo" }).click();
  await page.waitForFunction(() => document.querySelector("#photo-view").videoWidth > 0);
  await blameless("photo");
  await page.getByRole("button", { name: "Take it" }).click();
  await page.getByText("One face found.").waitFor();
  await page.locator('#live-toggle[aria-pressed="true"]').waitFor();
  await page.getByRole("button", { name: "New portrait" }).click();
});

step("what was used before is offered, and fits a phone in the dark", async () => {
  await page.getByRole("button", { name: "astronaut.png" }).click();
  await settled(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark" });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} pixels wide`);
  await blameless("phone");
});

step("a service that is out of reach is said to be so", async () => {
  await page.locator('#live-toggle[aria-pressed="true"]').click(); // what is live needs no answers
  await page.locator("#picture").waitFor();
  await settled(page);
  await context.setOffline(true);
  await page.getByRole("button", { name: "sad" }).click();
  await page.getByText("The service cannot be reached. Does it still run?").waitFor();
  await context.setOffline(false);
  complaints.length = 0; // the browser tells of what it could not load
});

step("nothing came from elsewhere, and the browser had nothing to complain about", () => {
  const foreign = asked.filter((each) => !each.startsWith(`${url}/`) && !each.startsWith("blob:"));
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});
