/** @file The built page in headless Chromium over the fake API: what every test of it begins with. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import axeCore from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { WORLD_MS } from "../../web/testing/fake-data.ts";

export const ROOT = join(import.meta.dirname, "../..");

export const CHROMIUM = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

export function buildPage(): void {
  const built = spawnSync(process.execPath, [join(ROOT, "scripts/build-page.mjs"), "--if-stale"], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(built.stderr);
}

/** @param more further arguments of the browser */
export function launch(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    args: ["--no-sandbox", "--js-flags=--expose-gc", ...more],
  });
}

/** What is waited for comes sooner or not at all; a busy machine is slow and not broken. */
export const PATIENCE_MS = 400_000;

/** A page by the clock of this machine. */
export async function realPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  return context.newPage();
}

/** Lets the page's clock stand, so that no time of its own runs out while keys are on their way; `page.clock.resume()` ends it. */
export async function holdClock(page: Page): Promise<void> {
  for (let aheadMs = 1_000; ; aheadMs *= 2) {
    const toMs = (await page.evaluate<number>("Date.now()")) + aheadMs;
    try {
      await page.clock.pauseAt(toMs);
      return;
    } catch (thrown) {
      // It has come to that moment by itself meanwhile.
      if (!String(thrown).includes("past")) throw thrown;
    }
  }
}

export type Opened = { readonly page: Page; readonly complaints: string[] };

/** A page whose clock begins where the fake world stands; what its console complains of is kept. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Opened> {
  const page = await realPage(browser, options);
  await page.clock.install({ time: WORLD_MS });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return { page, complaints };
}

type Violation = { readonly id: string; readonly impact: string; readonly nodes: readonly { readonly html: string }[] };

/** Each set of rules has to be named: 2.2 doesn't hold 2.1. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * What axe finds wrong with the page as it stands, one line a rule.
 * @param without rules that are left out
 */
export async function axe(page: Page, without: readonly string[] = []): Promise<string[]> {
  const only = { type: "tag", values: TAGS };
  const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
  if (await page.evaluate<boolean>("typeof axe === 'undefined'")) await page.evaluate(axeCore.source);
  const violations = await page.evaluate<Violation[]>(
    `axe.run({ resultTypes: ["violations"], elementRef: false, runOnly: ${JSON.stringify(only)}, rules: ${JSON.stringify(rules)} }).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => ({ html })) })))`,
  );
  return violations.map(
    ({ id, impact, nodes }) =>
      `${id} (${impact}): ${nodes
        .map(({ html }) => html.slice(0, 160))
        .slice(0, 3)
        .join(" | ")}`,
  );
}

/** Every screen that the navigation or another screen leads to. */
export const PATHS = [
  "/",
  "/wallet",
  "/positions",
  "/positions?order=p7c1-170-e0",
  "/market",
  "/history",
  "/live",
  "/strategies",
  "/strategies?as=table",
  "/models/tidemark",
  "/runs",
  "/runs?new=train",
  "/runs/tidemark-4",
  "/compare?runs=tidemark-4,tidemark-3",
  "/studies",
  "/studies/study-2026-02",
  "/reports",
  "/reports/2026-02-19-1102",
  "/results",
  "/results?compare=2026-02-21-090000-walkforward-a,2026-02-20-100000-walkforward-b",
  "/results/2026-02-20-090000-stress-tidemark",
  "/analyst",
  "/parity",
  "/checks",
  "/data",
  "/data?series=bybit%20BTCUSDT%20perpetual%201h",
  "/features",
  "/features?feature=atr_14",
  "/risk",
  "/journal",
  "/jobs",
  "/jobs?job=train-20260302-1130",
  "/settings",
] as const;
