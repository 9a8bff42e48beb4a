import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeApi, fakeApi } from "../../web/testing/fake-api.ts";
import { axe, buildPage, CHROMIUM, launch, openPage } from "./page.ts";

describe.skipIf(CHROMIUM === undefined)("the analyst's screen (needs Chromium; name it in CHROMIUM_PATH)", () => {
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

  it.each([
    ["dark", 1440],
    ["light", 390],
  ] as const)("in %s at %i pixels opens a figure to its source, and answers what is asked", async (theme, width) => {
    const { page, complaints } = await openPage(browser, { colorScheme: theme, viewport: { width, height: 844 } });
    await page.goto(`${full.url}/analyst`);
    const close = page.getByRole("button", { name: "68,231.50" });
    await close.first().click();
    await page.getByText("close of BTCUSDT", { exact: true }).first().waitFor();
    expect(await page.getByRole("definition").allInnerTexts()).toContain("1-hour candles of BTCUSDT from bybit");
    await page.getByRole("textbox", { name: "Question" }).fill("And now?");
    await page.keyboard.press("Enter");
    await close.nth(1).waitFor();
    expect(await page.getByRole("textbox", { name: "Question" }).inputValue()).toBe("");
    expect(await page.locator("main").innerText()).toContain("And now?");
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await page.getByRole("button", { name: "Forget" }).click();
    await page.getByText("Nothing was asked yet").waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("where nothing was asked offers questions that can be asked with one press", async () => {
    const { page } = await openPage(browser);
    await page.goto(`${empty.url}/analyst`);
    await page.getByRole("button", { name: "What do I hold?" }).click();
    await page.getByRole("button", { name: "68,231.50" }).waitFor();
    expect(await page.locator("main").innerText()).toContain("What do I hold?");
    await page.context().close();
  });
});
