import { type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FakeApi, fakeApi } from "../../web/testing/fake-api.ts";
import { buildPage, CHROMIUM, holdClock, launch, openPage, PATIENCE_MS } from "./page.ts";

describe.skipIf(CHROMIUM === undefined)("the page by keyboard (needs Chromium; name it in CHROMIUM_PATH)", () => {
  let browser: Browser;
  let api: FakeApi;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    buildPage();
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    api = await fakeApi();
    ({ page, complaints } = await openPage(browser));
  });
  afterEach(async () => {
    await page.context().close();
    await api.close();
  });

  const open = async (path: string): Promise<void> => {
    await page.goto(api.url + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.clock.fastForward(1_200);
    await page.getByText("stream now").waitFor();
  };
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** What the first Enter arms is forgotten after three seconds: none pass meanwhile. */
  const enterTwice = async (): Promise<void> => {
    await holdClock(page);
    await press("Enter", "Enter");
    await page.clock.resume();
  };

  it("halts everything: one key to the button, Enter twice, and the banner stands on every screen", async () => {
    await open("/");
    await holdClock(page);
    await press("Shift+H", "Enter");
    expect(api.told, "one Enter only arms it").toEqual([]);
    await press("Enter");
    await page.clock.resume();
    await page.getByRole("alert").getByText("HALTED").waitFor();
    expect(api.told).toEqual(["halt paper/tidemark-3", "halt paper/momentum-1"]);
    await press("g", "j");
    await page.getByRole("heading", { name: "Journal" }).waitFor();
    expect(await page.getByText("HALTED").count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  it("forgets a first Enter after three seconds", async () => {
    await open("/");
    await holdClock(page);
    await press("Shift+H", "Enter");
    await page.getByText("Press again").waitFor();
    await page.clock.runFor(3_100);
    await page.getByRole("button", { name: "HALT" }).waitFor();
    await press("Enter");
    await page.getByText("Press again").waitFor();
    expect(api.told).toEqual([]);
  });

  it("halts by holding the button, and not by a click", async () => {
    await open("/");
    const halt = page.getByRole("button", { name: "HALT" });
    await holdClock(page);
    await halt.click();
    expect(api.told).toEqual([]);
    await halt.hover();
    await page.mouse.down();
    await page.clock.runFor(900);
    await page.mouse.up();
    await page.clock.resume();
    await page.getByText("HALTED").first().waitFor();
    expect(api.told).toContain("halt paper/tidemark-3");
  });

  it("closes only, then trades again after the words are typed letter by letter", async () => {
    await open("/positions");
    const closeOnly = page.locator("main").getByRole("button", { name: "Close only", exact: true });
    await closeOnly.focus();
    await enterTwice();
    await page.locator("main").getByText("closing only", { exact: true }).waitFor();
    expect(api.told).toEqual(["close-only paper/tidemark-3"]);
    await page.getByRole("button", { name: "Resume …" }).focus();
    await press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    const resume = dialog.getByRole("button", { name: "Resume" });
    await dialog.getByLabel("The words").focus();
    await page.keyboard.type("resume tidemark-");
    expect(await resume.isDisabled(), "the words are not whole yet").toBe(true);
    await page.keyboard.type("3");
    await press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.locator("main").getByText("active", { exact: true }).first().waitFor();
    expect(api.told.at(-1)).toBe("resume paper/tidemark-3");
  });

  it("closes a position, and moves a stop: words have to be typed where more could be lost", async () => {
    await open("/positions");
    const change = page.getByRole("button", { name: "Stop and target of BTCUSDT" });
    await change.focus();
    await press("Enter");
    const dialog = page.getByRole("dialog", { name: "Stop and target of BTCUSDT" });
    const stop = dialog.getByLabel("Stop", { exact: true });
    const button = dialog.getByRole("button", { name: "Change" });
    await stop.fill("66000");
    await dialog.getByText("The stop of a long lies below the price").waitFor();
    expect(await button.isDisabled()).toBe(true);
    await stop.fill("61000");
    await dialog.getByText("More can be lost").waitFor();
    expect(await button.isDisabled(), "the words are missing").toBe(true);
    await stop.fill("64000");
    await button.focus();
    await press("Enter");
    await dialog.waitFor({ state: "detached" });
    expect(api.told).toEqual(["change-protection paper/tidemark-3 BTCUSDT 64000"]);
    await page.getByRole("button", { name: "Close SOLUSDT" }).focus();
    await enterTwice();
    await page.getByRole("button", { name: "Close SOLUSDT" }).waitFor({ state: "detached" });
    expect(api.told.at(-1)).toBe("close-position paper/tidemark-3 SOLUSDT");
  });

  it("leads to the last step of live and back: no page raises it, the command line is named", async () => {
    await open("/live");
    await page.getByRole("button", { name: "Enable live for Crypto futures" }).focus();
    await press("Enter");
    await page.getByRole("dialog", { name: /what it allows/ }).waitFor();
    await page.getByRole("button", { name: "Go on" }).focus();
    await press("Enter");
    const last = page.getByRole("dialog", { name: /the last step/ });
    await last.waitFor();
    await last.getByText("tidemark live --model tidemark/3").waitFor();
    expect(await last.getByRole("button").allTextContents()).toEqual(["✕", "Copy", "Back to paper"]);
    await press("Escape");
    await last.waitFor({ state: "detached" });
    expect(api.told, "nothing was told to anybody").toEqual([]);
    expect(await page.getByText("LIVE ENABLED").count()).toBe(0);
  });

  it("starts a training from the form of its settings, and stops it", async () => {
    await open("/");
    await press("Control+k");
    await page.getByLabel("Screen or command").waitFor();
    await page.keyboard.type("start a tr");
    await press("Enter");
    const steps = page.getByLabel("training: total steps");
    await steps.waitFor();
    await steps.fill("0");
    await page.getByText("is at least 1").waitFor();
    const start = page.getByRole("button", { name: "Start", exact: true });
    expect(await start.isDisabled(), "what the schema refuses can't be sent").toBe(true);
    await steps.fill("5000");
    await page.getByText("tidemark train --set training.total_steps=5000").waitFor();
    await start.focus();
    await press("Enter");
    const drawer = page.getByRole("dialog", { name: "Training" });
    await drawer.getByRole("button", { name: "Stop cleanly" }).waitFor();
    expect(api.told).toEqual(['start train {"training.total_steps":5000}']);
    await drawer.getByRole("button", { name: "Stop cleanly" }).focus();
    await press("Enter");
    await drawer.getByText("stopped").waitFor();
    expect(api.told.at(-1)).toMatch(/^stop train-/);
  });

  it("finds why an order was sent, in three keys and an Enter", async () => {
    await open("/");
    await press("g", "p");
    const why = page.getByRole("button", { name: /^Why / }).first();
    await why.waitFor();
    await why.focus();
    await press("Enter");
    const story = page.getByRole("dialog", { name: "Why this order" });
    await story.getByText("the gate passed it").waitFor();
    expect(new URL(page.url()).searchParams.get("order"), "the answer has an address").toMatch(/^p7c1-/);
    await press("Escape");
    await story.waitFor({ state: "detached" });
  });

  it("shows what a decision was made on: probabilities, the steps of its size, what the gate said", async () => {
    await open("/market");
    const first = page.getByRole("table", { name: "Decisions" }).locator("tbody button").first();
    await first.waitFor();
    await first.focus();
    await press("Enter");
    const why = page.getByRole("dialog", { name: "Why this decision" });
    await why.getByRole("progressbar", { name: "Probability of long" }).waitFor();
    expect(await why.innerText()).toMatch(/Allowed by the gate\s+3,338\.95/);
  });

  it("lets an asset class close only in one gesture, and open again by words", async () => {
    await open("/positions");
    const main = page.locator("main");
    await main.getByRole("button", { name: "Close only crypto futures" }).focus();
    await enterTwice();
    await main.getByText("Crypto futures: closing only").waitFor();
    await main.getByRole("button", { name: "Open crypto futures …" }).focus();
    await press("Enter");
    await page.getByRole("dialog").getByLabel("The words").waitFor();
    await page.keyboard.type("open crypto futures");
    await press("Enter");
    await main.getByText("Crypto futures: may open").waitFor();
    expect(api.told).toEqual(["switch-class paper/tidemark-3", "switch-class paper/tidemark-3"]);
  });

  it("compares two runs: only the settings that differ", async () => {
    await open("/runs");
    for (const id of ["tidemark-4", "tidemark-3"]) {
      await page.getByLabel(`Choose ${id}`).focus();
      await press("Space");
    }
    await page.getByRole("button", { name: "Compare 2" }).focus();
    await press("Enter");
    await page.getByRole("heading", { name: "Compare runs" }).waitFor();
    const settings = page.getByRole("table", { name: "Settings of the runs" });
    await settings.waitFor();
    expect(await settings.locator("tbody tr td:first-child").allTextContents()).toEqual([
      "model.hiddenSize",
      "training.learningRate",
    ]);
  });

  it("says that figures are old when the stream dies; halting works on, resuming doesn't", async () => {
    await open("/positions");
    api.cutStream(true);
    await page.clock.fastForward(7_000);
    await page.getByText("Old figures.").waitFor();
    await press("Shift+H");
    await enterTwice();
    await page.getByText("HALTED").first().waitFor();
    expect(await page.getByRole("button", { name: "Resume …" }).isDisabled()).toBe(true);
    api.cutStream(false);
    await page.clock.fastForward(20_000);
    await page.getByText("stream now").waitFor();
    expect(await page.getByRole("button", { name: "Resume …" }).isDisabled()).toBe(false);
  });

  it("pages a chart into the past without a jump", async () => {
    await open("/market");
    await page.getByText("1,501 bars loaded").waitFor();
    const typed = page.getByLabel("Indicator", { exact: true });
    await typed.fill("magic");
    await press("Enter");
    await page.getByText('"magic" is none').waitFor();
    await typed.fill("EMA 200");
    await press("Enter");
    await page.getByRole("button", { name: "Take ema200 away" }).waitFor();
    expect(new URL(page.url()).searchParams.get("with")).toMatch(/,ema200$/);
    const box = await page.getByRole("figure", { includeHidden: true }).boundingBox();
    await page.mouse.move((box?.x ?? 0) + 300, (box?.y ?? 0) + 150);
    const more = page.getByText(/^(?:3,00\d|[4-9],\d{3}|\d\d,\d{3}) bars loaded/);
    while ((await more.count()) === 0) {
      await page.mouse.wheel(-1_500, 0);
      await page.clock.runFor(100);
    }
    expect(complaints).toEqual([]);
  });

  it("counts alarms that are new, and lists them", async () => {
    await open("/");
    const bell = page.getByRole("button", { name: /^Alerts, \d+ new/ });
    expect(Number(/(\d+) new/.exec((await bell.textContent()) ?? "")?.[1])).toBeGreaterThan(0);
    await bell.focus();
    await press("Enter");
    await page
      .getByRole("dialog", { name: "Alarms and warnings" })
      .getByText("SOLUSDT has no stop at the venue")
      .first()
      .waitFor();
    await press("Escape");
    await page.getByRole("button", { name: "Alerts, 0 new" }).waitFor();
  });

  it("gives a record of the journal an address, which shows it again", async () => {
    await open("/journal");
    const table = page.getByRole("table", { name: "Records of the journal" });
    const first = table.locator("tbody button").first();
    const third = table.locator("tbody button").nth(2);
    await third.waitFor();
    const seq = await third.textContent();
    await third.focus();
    await press("Enter");
    await page.getByText(`From record #${seq} back`).waitFor();
    expect(await first.textContent()).toBe(seq);
    await page.reload();
    await page.getByText(`From record #${seq} back`).waitFor();
    await first.waitFor();
    expect(await first.textContent()).toBe(seq);
    await page.getByRole("button", { name: "To the newest" }).click();
    await page.getByText("From record").waitFor({ state: "detached" });
  });

  it("holds live figures still with one key, and lets them go on", async () => {
    await open("/positions");
    const equity = page
      .locator("main")
      .getByText(/^[\d,.]+ USDT$/)
      .first();
    await press("p");
    await page.getByRole("button", { name: "Held still: go on" }).waitFor();
    const before = await equity.textContent();
    api.flood(20);
    for (let i = 0; i < 5; i++) await page.clock.runFor(400);
    expect(await equity.textContent()).toBe(before);
    await press("p");
    const next = async (): Promise<string | null> => {
      await page.clock.runFor(400);
      return equity.textContent();
    };
    await expect.poll(next, { timeout: PATIENCE_MS }).not.toBe(before);
    api.flood(0);
  });

  it("keeps order and filter in the address", async () => {
    await open("/history");
    const table = page.getByRole("table", { name: "Closed trades" });
    await table.getByRole("button", { name: /^Profit/ }).focus();
    await press("Enter");
    expect(new URL(page.url()).searchParams.get("sort")).toBe("-profit");
    const best = await table.locator("tbody tr:not([aria-hidden]) td:nth-child(7)").first().textContent();
    await page.reload();
    await table.waitFor();
    expect(await table.locator("tbody tr:not([aria-hidden]) td:nth-child(7)").first().textContent()).toBe(best);
    expect(await table.locator("tfoot").textContent(), "totals are the server's").toContain("−47.73");
  });
});
