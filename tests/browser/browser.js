// The browser that the tests and the screenshots use, and what both do in the studio.
import { chromium } from "playwright-core";

/** With a camera that plays a file of MJPEG, and a microphone that beeps. */
export function openBrowser() {
  const camera = process.env.MIEN_CAMERA;
  return chromium.launch({
    executablePath: process.env.MIEN_CHROMIUM,
    args: [
      "--no-sandbox",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      ...(camera ? [`--use-file-for-fake-video-capture=${camera}`] : []),
      "--autoplay-policy=no-user-gesture-required",
    ],
  });
}

/** The studio, loaded. `key`: for a service that asks for one. */
export async function openStudio(page, url, key) {
  await page.goto(`${url}/studio`);
  if (key !== undefined) await giveKey(page, key);
  await page.locator("html[data-ready]").waitFor();
}

export async function giveKey(page, key) {
  await page.getByLabel("Key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Use it" }).click();
}

/** The built-in portrait is chosen, and its faces are outlined. */
export async function takeSample(page) {
  await page.getByRole("button", { name: "Use the sample" }).click();
  await page.locator(".faces button").first().waitFor();
  await settled(page);
}

/** Nothing is awaited that the reader asked for. */
export async function settled(page) {
  await page.locator("#busy").waitFor({ state: "hidden" });
}
