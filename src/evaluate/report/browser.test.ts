import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { syntheticTape } from "../../market/index.ts";
import { SmaCross } from "../../policy/index.ts";
import { compareWithBaselines } from "../compare.ts";
import { settings } from "../testing/settings.ts";
import { TradeNotes } from "../trade-notes.ts";
import { writeReport } from "./store.ts";

const CHROMIUM = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

const HOSTILE = `</script><img src=x onerror="window.hostile=1">'"`;

describe.skipIf(CHROMIUM === undefined)("a report in a browser (needs Chromium; name it in CHROMIUM_PATH)", () => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-browser-"));
  let browser: Browser;
  let url = "";
  const complaints: string[] = [];
  const requests: string[] = [];

  async function opened(width: number, colorScheme: "light" | "dark" = "light"): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(url);
    return page;
  }

  beforeAll(async () => {
    const made = syntheticTape({
      seed: 4,
      bars: 6_000,
      timeframe: parseTimeframe("15m"),
      symbols: ["BTCUSDT", "ETHUSDT"],
    });
    const instruments = made.instruments.map((instrument, s) =>
      s === 0 ? instrument : { ...instrument, symbol: HOSTILE },
    );
    const tape = { ...made, instruments };
    const comparison = await compareWithBaselines({
      tape,
      policy: new SmaCross({ fast: 20, slow: 60 }),
      config: settings({ takerFeeBps: 2 }),
      balance: 10_000,
      seed: 1,
      costLadder: [0, 1, 2],
      notes: new TradeNotes(),
    });
    const report = writeReport({ comparison, tape, folder, madeMs: 0, codeVersion: "test" });
    url = pathToFileURL(report.htmlPath).href;
    browser = await chromium.launch({
      ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
      args: ["--no-sandbox"],
    });
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("draws every chart, asks nobody for anything and complains of nothing, wide and narrow, light and dark", async () => {
    for (const [width, scheme] of [
      [1280, "light"],
      [420, "dark"],
    ] as const) {
      const page = await opened(width, scheme);
      for (const id of [
        "equity",
        "drawdown",
        "rolling",
        "positions",
        "exposure",
        "price",
        "trade-profits",
        "daily-returns",
      ]) {
        const shapes = await page.locator(`#${id} svg :is(path, rect, line)`).count();
        expect(shapes, `${id} at ${width}`).toBeGreaterThan(5);
        const drawn = await page.locator(`#${id} svg`).innerHTML();
        expect(drawn.match(/NaN|Infinity|undefined/), `${id} at ${width}`).toBeNull();
      }
      // However many trades and cells there are, those that look alike are one shape.
      expect(await page.locator("#positions svg :is(path, rect)").count()).toBeLessThan(100);
      expect(await page.locator("#price svg :is(path, rect, circle)").count()).toBeLessThan(12);
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(overflow, `nothing sticks out at ${width}`).toBe(0);
      expect(await page.evaluate("window.hostile === undefined")).toBe(true);
      expect(await page.locator("img").count()).toBe(0);
      await page.close();
    }
    expect(complaints).toEqual([]);
    expect(requests.every((request) => request.startsWith("file:"))).toBe(true);
  });

  it("reads out values under the pointer, zooms all charts, and goes back", async () => {
    const page = await opened(1280);
    const chart = page.locator("#equity .chart");
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (box === null) throw new Error("the equity chart is on the page");
    await page.mouse.move(box.x + 400, box.y + 120);
    const tip = page.locator("#equity .tip");
    expect(await tip.isVisible()).toBe(true);
    expect(await tip.innerText()).toMatch(/2024-\d\d-\d\d \d\d:\d\d UTC[\s\S]*buy-and-hold\s+[+-]?[\d.]+ %/);
    const before = await page.locator("#drawdown svg").innerHTML();
    await page.mouse.down();
    await page.mouse.move(box.x + 600, box.y + 130, { steps: 3 });
    await page.mouse.up();
    const zoomed = await page.locator("#drawdown svg").innerHTML();
    expect(zoomed === before).toBe(false);
    const back = page.locator("[data-reset]").first();
    expect(await back.isVisible()).toBe(true);
    await back.click();
    expect((await page.locator("#drawdown svg").innerHTML()) === before).toBe(true);
    expect(await back.isVisible()).toBe(false);
    await page.close();
  });

  it("shows the decision behind a trade that is clicked on the price or in the table, and the next one", async () => {
    const page = await opened(1280);
    const chart = page.locator("#price .chart");
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (box === null) throw new Error("the price chart is on the page");
    const panel = page.locator("#trade");
    expect(await panel.isVisible()).toBe(false);
    await page.mouse.click(box.x + box.width / 2, box.y + 100);
    const text = await panel.innerText();
    expect(text).toMatch(
      /(long|short), 2024-[\s\S]*Ended by\s+(its own decision|a turn to the other side|the end of the test)/,
    );
    expect(text).toMatch(/Decided\s+at the close of 2024-[\s\S]*fast[\s\S]*slow/);
    expect(text).toMatch(
      /Wanted size\s+\d+\.0 %[\s\S]*Position sent\s+-?[\d.]+ \(-?[\d,]+ lots\)[\s\S]*Limits that spoke/,
    );
    expect(await page.locator("#price circle.picked").count()).toBe(1);
    await panel.locator('[data-step="1"]').click();
    expect(await panel.innerText()).not.toBe(text);
    await panel.locator('[data-step="0"]').click();
    expect(await panel.isVisible()).toBe(false);
    await page.locator("summary", { hasText: "Show the trades" }).click();
    await page.locator("tr.pick").first().click();
    expect(await panel.isVisible()).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("is printed in light colors, and no page break cuts a chart", async () => {
    const page = await opened(1280, "dark");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(244, 245, 247)");
    const cuttable =
      "[...document.querySelectorAll('.chart')].filter((c) => getComputedStyle(c).breakInside !== 'avoid').length";
    expect(await page.evaluate(cuttable)).toBe(0);
    await page.close();
  });

  it("hides a line, changes the scale, the symbol and the theme when told", async () => {
    const page = await opened(1280);
    const lines = page.locator("#equity svg path");
    const drawn = await lines.count();
    await page.locator("#equity .key", { hasText: "random" }).click();
    expect(await lines.count()).toBe(drawn - 1);
    const linear = await page.locator("#equity svg").innerHTML();
    await page.locator('[data-log="equity"]').click();
    expect((await page.locator("#equity svg").innerHTML()) === linear).toBe(false);
    const first = await page.locator("#price svg").innerHTML();
    await page.locator("#price-symbols button").nth(1).click();
    expect((await page.locator("#price svg").innerHTML()) === first).toBe(false);
    expect(await page.locator("#price-symbols button").nth(1).innerText()).toBe(HOSTILE);
    const background = (): Promise<unknown> => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await background();
    await page.locator("#theme").click();
    expect(await background()).not.toBe(light);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
