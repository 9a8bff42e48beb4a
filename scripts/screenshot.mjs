/**
 * @file A picture of an HTML page, taken in headless Chromium: for the README and for looking at reports.
 * Usage: node scripts/screenshot.mjs FILE.html OUT.png [--width 1280] [--height 900] [--dark] [--viewport]
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const PLACES = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: "string", default: "1280" },
    height: { type: "string", default: "900" },
    dark: { type: "boolean", default: false },
    viewport: { type: "boolean", default: false },
  },
});
const [page, picture] = positionals;
const executablePath = PLACES.find((path) => path !== undefined && path !== "" && existsSync(path));
if (page === undefined || picture === undefined || !existsSync(page)) {
  console.error(
    "Usage: node scripts/screenshot.mjs FILE.html OUT.png [--width 1280] [--height 900] [--dark] [--viewport]",
  );
  process.exitCode = 2;
} else if (executablePath === undefined) {
  console.error("No Chromium was found. Install one, or name it in CHROMIUM_PATH.");
  process.exitCode = 2;
} else {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const tab = await browser.newPage({
      viewport: { width: Number(values.width), height: Number(values.height) },
      deviceScaleFactor: 2,
      colorScheme: values.dark ? "dark" : "light",
    });
    const complaints = [];
    tab.on("pageerror", (error) => complaints.push(error.message));
    tab.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await tab.goto(pathToFileURL(resolve(page)).href);
    await tab.screenshot({ path: picture, fullPage: !values.viewport });
    for (const complaint of complaints) console.error(complaint);
    if (complaints.length > 0) process.exitCode = 1;
  } finally {
    await browser.close();
  }
}
