import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage, CHROMIUM, launch, PATHS, ROOT, realPage } from "./page.ts";

/** The address that signs in, from what the server prints. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const read = (part: Buffer): void => {
      said += part.toString("utf8");
      const found = /http\S+#code=\S+/.exec(said);
      if (found !== null) resolve(found[0]);
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.on("close", () => reject(new Error(`the server ended: ${said}`)));
  });
}

describe.skipIf(CHROMIUM === undefined)(
  "the page over the real server (needs Chromium; name it in CHROMIUM_PATH)",
  // The code works once: who is turned away has to come after who signs in.
  { shuffle: false },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-dashboard-"));
    let server: ChildProcess;
    let browser: Browser;
    let address = "";

    beforeAll(async () => {
      buildPage();
      server = spawn(process.execPath, [join(ROOT, "bin/tidemark.mjs"), "serve", "--port", "0"], {
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
      });
      address = await addressOf(server);
      browser = await launch();
    });
    afterAll(async () => {
      await browser.close();
      const ended = new Promise((resolve) => server.once("close", resolve));
      server.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    });

    it("signs in by the code, leaves none of it in the address, and shows every screen without a complaint", async () => {
      const page = await realPage(browser);
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(`${page.url()}: ${message.text()}`);
      });
      await page.goto(address);
      await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      await page.getByText("stream now").waitFor();
      expect(page.url()).not.toContain("code");
      // What the empty folder has: no run, model, report or order is there to be opened.
      const paths = PATHS.filter((path) => /^\/[a-z]*(?:\?(?:as|new)=.*)?$/.test(path));
      for (const path of paths) {
        await page.goto(new URL(path, address).href.replace(/#.*/, ""));
        await page.locator("h1, dialog h2").first().waitFor();
        await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
      }
      expect(paths.length).toBeGreaterThan(16);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it("stays out without the code: an old one opens nothing, and the page says how to get a new one", async () => {
      const page = await realPage(browser);
      await page.goto(address);
      await page.getByRole("heading", { name: "Sign in to Tidemark" }).waitFor();
      expect(await page.getByText("tidemark serve --login", { exact: true }).count()).toBe(1);
      await page.context().close();
    });
  },
);
