import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NIGHTLY } from "../../src/core/testing/nightly.ts";
import { type FakeApi, fakeApi } from "../../web/testing/fake-api.ts";
import { axe, buildPage, CHROMIUM, launch, openPage, PATHS } from "./page.ts";

/** Bare addresses first: neighbours are never one screen, so that its heading tells when the next one is there. */
const WALK = [...PATHS.filter((path) => !path.includes("?")), ...PATHS.filter((path) => path.includes("?"))].map(
  (path, i) => ({ path, i }),
);
/** In parts, so that each is done in a fraction of what a test may take. */
const PARTS = [0, 1, 2, 3].map((part) =>
  WALK.slice(part * Math.ceil(WALK.length / 4)).slice(0, Math.ceil(WALK.length / 4)),
);

async function settled(page: Page): Promise<void> {
  await page.clock.fastForward(600);
  await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
}

async function begin(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator("h1").first().waitFor();
  await settled(page);
}

/** As a link does: the page is not loaded anew. */
async function walk(page: Page, path: string): Promise<void> {
  await page.evaluate(
    `document.querySelectorAll("h1").forEach((one) => { one.dataset.seen = ""; }); history.pushState(null, "", ${JSON.stringify(path)})`,
  );
  await page.locator("h1:not([data-seen])").first().waitFor();
  await settled(page);
}

describe.skipIf(CHROMIUM === undefined)("every screen (needs Chromium; name it in CHROMIUM_PATH)", () => {
  let browser: Browser;
  let full: FakeApi;
  let empty: FakeApi;

  beforeAll(async () => {
    buildPage();
    browser = await launch();
    full = await fakeApi();
    empty = await fakeApi({ isEmpty: true });
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([full.close(), empty.close()]);
  });

  it.each(PARTS.map((part) => ({ first: part[0].path, part })))(
    "from $first on has no violation of axe, contrasts, fits its width, and the strict policy has no complaint",
    async ({ part }) => {
      const { page, complaints } = await openPage(browser, { colorScheme: "dark" });
      const found: string[] = [];
      await begin(page, `${full.url}${WALK.at(part[0].i - 1)?.path}`);
      for (const { path, i } of part) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await walk(page, path);
        // One theme a screen by day, both at night; the contrast of every palette has a quick test of its own.
        for (const theme of NIGHTLY ? ["dark", "light"] : [i % 2 === 0 ? "dark" : "light"]) {
          await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
          // The most costly rule: of every third screen by day.
          const without = NIGHTLY || i % 3 === 0 ? [] : ["color-contrast"];
          found.push(...(await axe(page, without)).map((line) => `${path}, ${theme}: ${line}`));
        }
        for (const width of NIGHTLY ? [768, 390] : [390]) {
          await page.setViewportSize({ width, height: 844 });
          const over = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
          if (over > 0) found.push(`${path} is ${over} pixels wider than ${width}`);
        }
      }
      expect(found).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  const BARE = PATHS.filter((path) => /^\/[a-z]*$/.test(path) && path !== "/features" && path !== "/settings");

  it("says what to do where there is nothing yet", async () => {
    const { page, complaints } = await openPage(browser);
    const found: string[] = [];
    await begin(page, `${empty.url}/features`);
    for (const path of BARE) {
      await walk(page, path);
      if (NIGHTLY) found.push(...(await axe(page)).map((line) => `${path}: ${line}`));
      expect(await page.locator("main").innerText(), path).toMatch(/No |Nothing |nothing /);
    }
    expect(BARE.length).toBeGreaterThan(14);
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("on a phone halts with a thumb, and has no button that raises risk", async () => {
    const { page } = await openPage(browser, { viewport: { width: 390, height: 844 }, hasTouch: true });
    await begin(page, `${full.url}/features`);
    for (const path of ["/", "/positions", "/live"]) {
      await walk(page, path);
      const halt = page.getByRole("button", { name: "HALT", exact: true });
      expect((await halt.boundingBox())?.height ?? 0, "a target for a thumb").toBeGreaterThanOrEqual(44);
      const raising = page.getByRole("button", { name: /Resume|Enable live/ }).filter({ visible: true });
      expect(await raising.count()).toBe(0);
    }
    await page.context().close();
  });
});
