/** Live risk from the page, by keyboard, to the engine and back: the real server, the real engine, the built page. */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LivePlace, openLivePlace } from "./live-place.ts";
import { axe, buildPage, CHROMIUM, launch, realPage } from "./page.ts";

const PASSWORD = "correct horse battery";
const UNDO_MS = 5_000;

describe.skipIf(CHROMIUM === undefined)("live risk by keyboard (needs Chromium; name it in CHROMIUM_PATH)", () => {
  let browser: Browser;
  let live: LivePlace;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    buildPage();
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    live = await openLivePlace("halt");
    page = await realPage(browser);
    complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await page.context().close();
    await live.close();
  });

  /** Signed in, on the screen of live control, by keys alone. */
  const open = async (): Promise<void> => {
    await page.goto(live.place.served.signInUrl());
    await page.getByText("stream now").waitFor();
    await press("g", "l");
    await page.getByRole("heading", { level: 1, name: "Live control" }).waitFor();
  };
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Label or text of what has the focus. */
  const focused = (): Promise<string> =>
    page.evaluate<string>("(document.activeElement.labels?.[0] ?? document.activeElement).textContent");
  const ask = async (name: string): Promise<Locator> => {
    await page.getByRole("button", { name }).focus();
    await press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    return dialog;
  };
  /** Enter, as soon as it may be pressed: figures that are old on a busy machine keep it shut. */
  const confirm = async (): Promise<void> => {
    await page.locator("dialog button:enabled", { hasText: "Raise live risk" }).waitFor();
    await press("Enter");
  };
  const type = (text: string): Promise<void> => page.keyboard.type(text);

  it("is not raised without a password: the dialog names the two commands, and nothing can be pressed", async () => {
    await open();
    const dialog = await ask("Resume alpha …");
    await dialog.getByText("tidemark resume live/alpha").waitFor();
    await dialog.getByText("tidemark token password").waitFor();
    expect(await dialog.getByRole("button").allTextContents()).toEqual(["✕", "Copy", "Copy", "Back"]);
    await press("Escape");
    expect(live.engine.commands()).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it("is raised by figures, password, phrase and five seconds, in which it is taken back by one key", async () => {
    await live.place.served.vault.setPassword(PASSWORD);
    await open();
    await page.getByRole("alert").getByText("HALTED").waitFor();
    await page.getByText("LIVE ENABLED: Crypto futures").waitFor();
    const dialog = await ask("Resume alpha …");
    const go = dialog.getByRole("button", { name: "Raise live risk" });
    const shown = await dialog.innerText();
    for (const figure of [/All positions together\s+500\.00 USDT/, /Worst day\s+1,000\.00 USDT \(10\.0 %\)/])
      expect(shown).toMatch(figure);
    expect(await focused(), "the first question has the focus").toBe("Password");
    await type("wrong password");
    await press("Tab");
    await type("raise alph");
    expect(await go.isDisabled(), "the words are not whole yet").toBe(true);
    await type("a");
    await confirm();
    await dialog.getByText("The password is wrong").waitFor();
    await dialog.getByLabel("Password").fill(PASSWORD);
    expect(await axe(page)).toEqual([]);
    await dialog.getByLabel("The words").focus();
    await confirm();
    await dialog.waitFor({ state: "detached" });
    await page.getByText(/alpha trades with money in \d s/).waitFor();
    expect(await focused(), "one key takes it back").toBe("Take back");
    expect(live.engine.view().status, "nothing was sent yet").toBe("halted");
    await press("Enter");
    await page.getByText("Taken back: nothing was sent.").waitFor();
    live.clock.leap(UNDO_MS);
    const again = await ask("Resume alpha …");
    expect(await again.getByLabel("Password").count(), "it holds for five minutes").toBe(0);
    await type("raise alpha");
    await press("Tab");
    await type("the feed is back");
    await press("Shift+Tab");
    await confirm();
    await page.getByRole("button", { name: "Take back" }).waitFor();
    expect(live.engine.commands(), "what was taken back never reached the engine").toHaveLength(1);
    live.clock.leap(UNDO_MS);
    await page.getByText("alpha trades with money.").waitFor();
    expect(live.engine.commands().at(-1)).toBe("resume by page (the feed is back): done");
    expect(await page.getByText("HALTED").count()).toBe(0);
    await page.getByRole("button", { name: "Ask for the password again" }).focus();
    await press("Enter");
    await page.getByRole("button", { name: "Ask for the password again" }).waitFor({ state: "detached" });
    await press("Shift+H", "Enter", "Enter");
    await page.getByRole("alert").getByText("HALTED").waitFor();
    expect(live.engine.view().status, "down is one gesture").toBe("halted");
    expect(await (await ask("Resume alpha …")).getByLabel("Password").count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it("of a class that may not open is refused by the engine, and the page tells it with its code", async () => {
    await live.close();
    live = await openLivePlace("resume", ["cryptoSpot"]);
    await live.place.served.vault.setPassword(PASSWORD);
    await open();
    await ask("Open alpha …");
    await type(PASSWORD);
    await press("Tab");
    await type("raise alpha");
    await confirm();
    await page.getByText(/alpha may open with money in \d s/).waitFor();
    live.clock.leap(UNDO_MS);
    await page.getByRole("alert").getByText("LIVE_REFUSED: trade.live_classes does not name cryptoFutures").waitFor();
    expect(live.engine.view().classes).toEqual([{ assetClass: "cryptoFutures", open: false }]);
    expect(complaints).toEqual([]);
  });
});
