import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeApi, fakeApi } from "../../web/testing/fake-api.ts";
import { buildPage, CHROMIUM, launch, openPage, ROOT } from "./page.ts";

const DIST = join(ROOT, "web/dist");
const FIRST_LOAD_BYTES = 150_000;

type Chunk = { readonly file: string; readonly imports?: readonly string[]; readonly isEntry?: boolean };

function manifest(): Readonly<Record<string, Chunk>> {
  return JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8")) as Readonly<Record<string, Chunk>>;
}

describe("the built page", () => {
  beforeAll(buildPage);

  it("loads less than 150 kB of compressed script before it shows something", () => {
    const chunks = manifest();
    const files = new Set<string>();
    const take = (key: string): void => {
      const chunk = chunks[key];
      if (chunk === undefined || files.has(chunk.file)) return;
      files.add(chunk.file);
      for (const one of chunk.imports ?? []) take(one);
    };
    const entry = Object.keys(chunks).find((key) => chunks[key].isEntry === true) ?? "";
    take(entry);
    const size = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file))).length, 0);
    expect(files.size).toBeGreaterThan(0);
    expect(size).toBeLessThan(FIRST_LOAD_BYTES);
  });

  it("keeps the charts out of the first load", () => {
    const chunks = manifest();
    const entry = Object.values(chunks).find(({ isEntry }) => isEntry === true);
    expect(entry?.imports?.join(" ") ?? "").not.toMatch(/price-chart|line-chart/);
  });

  it("has no inline script or style, and loads nothing from elsewhere", () => {
    const html = readFileSync(join(DIST, "index.html"), "utf8");
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)/);
    expect(
      [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, to]) => to).filter((to) => !to.startsWith("/")),
    ).toEqual([]);
  });
});

describe.skipIf(CHROMIUM === undefined)("the page in use (needs Chromium; name it in CHROMIUM_PATH)", () => {
  let browser: Browser;
  let api: FakeApi;
  beforeAll(async () => {
    buildPage();
    browser = await launch();
    api = await fakeApi();
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
  });

  it("leaves no chart behind: twenty times in and out, and the heap's nodes are where they were", async () => {
    const { page } = await openPage(browser);
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    const count = async (): Promise<{ nodes: number; heap: number }> => {
      for (let i = 0; i < 3; i++) await session.send("HeapProfiler.collectGarbage");
      const { metrics } = await session.send("Performance.getMetrics");
      const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
      return { nodes: of("Nodes"), heap: of("JSHeapUsedSize") };
    };
    const visit = async (): Promise<void> => {
      for (const [name, heading] of [
        ["Market", "BTCUSDT"],
        ["History", "History"],
        ["Overview", "Overview"],
      ] as const) {
        await page.getByRole("navigation", { name: "Screens" }).getByRole("link", { name, exact: true }).click();
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
        if (name !== "Overview") await page.locator("canvas").first().waitFor();
      }
      await page.clock.runFor(200);
    };
    await page.goto(api.url);
    await page.locator("h1").waitFor();
    for (let i = 0; i < 4; i++) await visit();
    const before = await count();
    for (let i = 0; i < 20; i++) await visit();
    const after = await count();
    expect(after.nodes - before.nodes, "nodes that stayed").toBeLessThan(400);
    expect(after.heap - before.heap, "bytes that stayed").toBeLessThan(3_000_000);
    await page.context().close();
  });

  it("scrolls a table of many rows by drawing a few of them", async () => {
    const { page } = await openPage(browser);
    await page.goto(`${api.url}/history`);
    const table = page.getByRole("table", { name: "Closed trades" });
    await table.waitFor();
    expect(await table.getAttribute("aria-rowcount")).toBe("181");
    expect(await table.locator("tbody tr:not([aria-hidden])").count()).toBeLessThan(80);
    await page.context().close();
  });
});
