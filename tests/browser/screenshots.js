// Pictures of the studio for the documentation, made with the built-in portrait by
// tools/studio_screenshots.py. MIEN_OUT: the folder that they go to.
import { join } from "node:path";

import { openBrowser, openStudio, settled, takeSample } from "./browser.js";

const { MIEN_URL: url, MIEN_OUT: out } = process.env;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const browser = await openBrowser();
const desk = await opened(DESK, "light");
await takeSample(desk);
await drawn(desk);
await desk.getByRole("button", { name: "happy" }).click();
await desk.waitForTimeout(2500); // the transition ends, and the outlines have faded
await shoot(desk, "studio");

await desk.getByRole("tab", { name: "Talk" }).click();
await desk.locator("#talk-sample").click();
await desk.locator("#talk-form").getByRole("button", { name: "Make a film" }).click();
await desk.locator('.film[data-state="succeeded"]').waitFor();
await desk.locator('#captions[data-viseme="oh"], #captions[data-viseme="aa"]').waitFor();
await desk.evaluate(() => document.querySelector("#tools").scrollTo(0, 0));
await shoot(desk, "studio-talk");
await desk.close();

const dark = await opened(DESK, "dark");
await takeSample(dark);
await drawn(dark);
await dark.getByRole("tab", { name: "Edit" }).click();
for (const [name, presses] of [["Grin", 60], ["Turn", 24], ["Wink, left", 90]]) {
  await dark.getByLabel(name).focus();
  for (let count = 0; count < presses; count += 1) await dark.keyboard.press("ArrowRight");
}
await dark.waitForTimeout(800);
await settled(dark);
await dark.getByRole("tab", { name: "Edit" }).focus();
await shoot(dark, "studio-edit");
await dark.close();

const phone = await opened(PHONE, "light");
await takeSample(phone);
await drawn(phone);
await phone.getByRole("button", { name: "excited" }).click();
await phone.waitForTimeout(2500);
await shoot(phone, "studio-phone");
await browser.close();

async function opened(viewport, colorScheme) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  await openStudio(page, url);
  return page;
}

/** The faces of all emotions are there. */
async function drawn(page) {
  await page.waitForFunction(() =>
    [...document.querySelectorAll("#emotions canvas")].every((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(60, 60, 1, 1);
      return data[3] > 0;
    }),
  );
}

async function shoot(page, name) {
  await page.screenshot({ path: join(out, `${name}.png`) });
}
