import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { systemClock } from "../../core/index.ts";
import { changedConfig } from "../config/changed.ts";
import { loadConfig } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { type ServedVenue, serveVenue } from "./serve.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-venue-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base = changedConfig(loadConfig({ path: undefined, workingFolder: folder, overrides: [] }), {
  "data.synthetic_bars": 1_000,
  "data.symbols": ["BTCUSDT"],
  "venue.port": 0,
  "venue.speed": 0,
});
const nothing = (): void => undefined;
const never = (): Promise<void> => Promise.reject(new Error("it must not start"));

async function served(
  changes: Record<string, unknown>,
  use: (venue: ServedVenue, notes: string[]) => Promise<void>,
): Promise<void> {
  const notes: string[] = [];
  const context: AppContext = {
    note: (text) => notes.push(text),
    warn: nothing,
    detail: nothing,
    progress: nothing,
    endProgress: nothing,
    signal: new AbortController().signal,
    clock: systemClock,
    environment: {},
    folder,
    config: () => changedConfig(base, changes),
    seed: () => 1,
  };
  const one = await serveVenue(context, nothing);
  try {
    await use(one, notes);
  } finally {
    await one.venue.close();
  }
}

const asked = async (url: string): Promise<{ result: { list: Array<Record<string, string>> } }> =>
  (await fetch(url)).json() as Promise<{ result: { list: Array<Record<string, string>> } }>;

describe("the local venue over the configured market", () => {
  it("serves the made-up market where nothing is stored, four fifths of it as history", async () => {
    await served({}, async ({ venue, startMs, endMs, synthetic }, notes) => {
      expect(notes.join(" ")).toContain("made-up market");
      expect(synthetic).toBe(true);
      expect((endMs - startMs) / 300_000).toBe(200);
      const { result } = await asked(
        `${venue.url}/v5/market/kline?category=linear&symbol=BTCUSDT&interval=5&limit=1000`,
      );
      expect(result.list.length, "history and the bar that is being made").toBe(801);
    });
  });

  it("lists contracts without a market where it is asked to, in pages", async () => {
    await served({ "venue.listed": 1_500 }, async ({ venue }) => {
      const page = await asked(`${venue.url}/v5/market/instruments-info?category=linear&limit=1000`);
      expect(page.result.list).toHaveLength(1_000);
    });
  });

  it("says where a start lies outside the candles, and which fault it can't read", async () => {
    await expect(served({ "venue.start": "2031-01-01" }, never)).rejects.toMatchObject({ code: "CONFIG_VALUE" });
    await expect(served({ "venue.faults": ["drop-replay"] }, never)).rejects.toThrow(/Did you mean "drop-reply"/);
    await expect(served({ "venue.faults": ["drop-reply chance=1"] }, never)).rejects.toMatchObject({
      code: "CONFIG_VALUE",
    });
  });
});
