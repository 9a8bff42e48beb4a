/**
 * Screens against pictures of themselves: a quarter of their size, block by block, so that letters may be drawn a little
 * otherwise and a panel may not be elsewhere. A picture that is not there is made; look at it, and commit it. To renew one,
 * remove it and run this file.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeApi, fakeApi } from "../../web/testing/fake-api.ts";
import { buildPage, CHROMIUM, launch, openPage, realPage } from "./page.ts";

const FOLDER = join(import.meta.dirname, "pictures");
const SCREENS = [
  ["overview", "/", "dark"],
  ["positions", "/positions", "light"],
  ["risk", "/risk", "dark"],
  ["history", "/history", "light"],
] as const;
const VIEWPORT = { width: 1440, height: 900 };
/** Below the line that tells ages and clocks. */
const PART = { x: 0, y: 72, width: 1440, height: 816 };
/** Pictures are smaller by so much. */
const SHRUNK = 3;
const BLOCK = 8;
/** Mean difference of a block, of 255, from which on it is another one; share of such blocks that is borne. */
const LEAST = 24;
const BORNE = 0.01;
/** Times that a picture is taken once more. */
const LOOKS = 12;

/** Shrinks a screenshot in the browser's own canvas: the picture as a data address. */
const shrink = (png: Buffer): string => `(async () => {
  const canvas = new OffscreenCanvas(${PART.width / SHRUNK}, ${PART.height / SHRUNK});
  const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64,${png.toString("base64")}")).blob());
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
})()`;

/** Share of blocks that differ. */
const compare = (one: Buffer, other: Buffer): string => `(async () => {
  const pixels = [];
  let width = 0, height = 0;
  for (const text of ["${one.toString("base64")}", "${other.toString("base64")}"]) {
    const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + text)).blob());
    [width, height] = [bitmap.width, bitmap.height];
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    pixels.push(context.getImageData(0, 0, width, height).data);
  }
  const [a, b] = pixels;
  if (a.length !== b.length) return 1;
  let blocks = 0, differ = 0;
  for (let top = 0; top + ${BLOCK} <= height; top += ${BLOCK})
    for (let left = 0; left + ${BLOCK} <= width; left += ${BLOCK}) {
      let sum = 0;
      for (let y = top; y < top + ${BLOCK}; y++)
        for (let x = left; x < left + ${BLOCK}; x++)
          for (let c = 0; c < 3; c++) sum += Math.abs(a[(y * width + x) * 4 + c] - b[(y * width + x) * 4 + c]);
      blocks++;
      if (sum / (${BLOCK} * ${BLOCK} * 3) > ${LEAST}) differ++;
    }
  return differ / blocks;
})()`;

describe.skipIf(CHROMIUM === undefined)("the looks of a screen (needs Chromium; name it in CHROMIUM_PATH)", () => {
  let browser: Browser;
  let api: FakeApi;
  let canvas: Page;
  beforeAll(async () => {
    buildPage();
    browser = await launch();
    api = await fakeApi();
    canvas = await realPage(browser);
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
  });

  const shown = async (path: string, colorScheme: "dark" | "light"): Promise<Page> => {
    const { page } = await openPage(browser, { viewport: VIEWPORT, colorScheme });
    await page.goto(api.url + path);
    await page.locator("h1").waitFor();
    await page.getByText("stream now").waitFor();
    await page.clock.runFor(600);
    await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
    await page.evaluate("document.fonts.ready.then(() => null)");
    return page;
  };
  const picture = async (page: Page): Promise<Buffer> =>
    Buffer.from(
      await canvas.evaluate<string>(shrink(await page.screenshot({ animations: "disabled", clip: PART }))),
      "base64",
    );

  it.each(SCREENS)("of %s is that of its picture", async (name, path, theme) => {
    const page = await shown(path, theme);
    let now = await picture(page);
    const file = join(FOLDER, `${name}.png`);
    const isNew = !existsSync(file);
    if (isNew) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, now);
    }
    expect(isNew, `${file} was made: look at it, and commit it`).toBe(false);
    const committed = readFileSync(file);
    let differs = await canvas.evaluate<number>(compare(now, committed));
    // A chart or a font that is still on its way comes; what looks otherwise goes on looking otherwise.
    for (let again = 0; differs > BORNE && again < LOOKS; again++) {
      await page.clock.runFor(500);
      now = await picture(page);
      differs = await canvas.evaluate<number>(compare(now, committed));
    }
    if (differs > BORNE) writeFileSync(join(FOLDER, `${name}.now.png`), now);
    expect(differs, `share of ${name} that looks otherwise`).toBeLessThanOrEqual(BORNE);
    await page.context().close();
  });

  it("is another one when a panel has gone, or the theme is the other", async () => {
    const page = await shown("/positions", "light");
    const before = await picture(page);
    expect(await canvas.evaluate<number>(compare(before, before))).toBe(0);
    await page.evaluate("document.querySelector('main section').style.display = 'none'");
    expect(await canvas.evaluate<number>(compare(before, await picture(page)))).toBeGreaterThan(BORNE);
    await page.evaluate("document.documentElement.dataset.theme = 'dark'");
    expect(await canvas.evaluate<number>(compare(before, await picture(page)))).toBeGreaterThan(0.5);
    await page.context().close();
  });
});
