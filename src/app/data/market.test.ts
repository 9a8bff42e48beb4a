import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultInstrument, parseTimeframe } from "../../core/index.ts";
import { candlesFromRows, MarketStore } from "../../market/index.ts";
import { type Config, loadConfig, type Override } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { openTape } from "./market.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-tape-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const DAY = 86_400_000;

async function store(venue: string, symbol: string, timeframe: string, barMs: number): Promise<void> {
  const rows = Array.from({ length: 40 }, (_, i) => [i * barMs, 1, 2, 0.5, 1.5, 10] as const);
  const market = new MarketStore(join(folder, "data"));
  await market.mergeCandles({ venue, symbol, timeframe: parseTimeframe(timeframe) }, candlesFromRows(rows));
  await market.putInstruments([defaultInstrument(symbol, { venue })]);
}

function configured(overrides: Record<string, unknown>): Config {
  const list = Object.entries(overrides).map(([path, value]): Override => ({ path, value, source: "--flag" }));
  return loadConfig({ path: undefined, workingFolder: folder, overrides: list });
}

function listening(): ReturnType<typeof quietContext> {
  return quietContext(folder, () => configured({}));
}

describe("the market that a configuration means", () => {
  it("is read from the one venue that has the symbols", async () => {
    await store("kraken", "ACME", "5m", 300_000);
    const { context } = listening();
    const tape = await openTape(context, configured({ "data.symbols": ["ACME"] }));
    expect(tape.instruments[0].venue).toBe("kraken");
  });

  it("is asked for where two venues have them, and prefers Bybit", async () => {
    await store("kraken", "ACME", "5m", 300_000);
    await store("csv", "ACME", "5m", 300_000);
    const { context } = listening();
    const config = configured({ "data.symbols": ["ACME"] });
    await expect(openTape(context, config)).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
    await store("bybit", "ACME", "5m", 300_000);
    expect((await openTape(context, config)).instruments[0].venue).toBe("bybit");
  });

  it("guesses a name once, however many symbols it is near to", async () => {
    await store("bybit", "BTCUSDT", "5m", 300_000);
    const { context } = listening();
    const opened = openTape(context, configured({ "data.symbols": ["BTCUSD", "BTCUSDC"] }));
    await expect(opened).rejects.toMatchObject({ fix: expect.stringMatching(/^Did you mean BTCUSDT\? /) });
  });

  it("takes the only stored timeframe for symbols that were named, and says so", async () => {
    await store("csv", "ACME", "1d", DAY);
    const { context, said } = listening();
    const tape = await openTape(context, configured({ "data.symbols": ["ACME"] }));
    expect(tape.timeframe).toBe("1d");
    expect(said.join()).toContain("1d candles are used");
  });

  it("never replaces a timeframe that was named", async () => {
    await store("csv", "ACME", "1d", DAY);
    const { context } = listening();
    const config = configured({ "data.symbols": ["ACME"], "data.timeframe": "1h" });
    await expect(openTape(context, config)).rejects.toMatchObject({ code: "DATA_MISSING" });
  });

  it("is made of a lower timeframe where that divides the wanted one", async () => {
    await store("csv", "ACME", "5m", 300_000);
    const { context, said } = listening();
    const tape = await openTape(context, configured({ "data.symbols": ["ACME"], "data.timeframe": "15m" }));
    expect([tape.timeframe, tape.bars]).toEqual(["15m", 13]);
    expect(said).toEqual([]);
  });

  it("is the same synthetic market each time, and says that it is synthetic", async () => {
    const { context, said } = listening();
    const config = configured({ "data.venue": "synthetic", "data.synthetic_bars": 200 });
    const [first, second] = [await openTape(context, config), await openTape(context, config)];
    expect(first.fingerprint).toBe(second.fingerprint);
    expect(first.symbols).toBe(5);
    expect(said.join()).toContain("Synthetic");
  });

  it("names the symbol that nobody has, and the one that was meant", async () => {
    await store("csv", "ACME", "5m", 300_000);
    const { context } = listening();
    await expect(openTape(context, configured({ "data.symbols": ["ACME", "FOOUSDT"] }))).rejects.toMatchObject({
      code: "DATA_MISSING",
      what: "There are no candles of FOOUSDT",
      fix: expect.stringContaining("tidemark fetch --symbols FOOUSDT"),
    });
    await expect(openTape(context, configured({ "data.symbols": ["ACMF"] }))).rejects.toMatchObject({
      fix: expect.stringContaining("Did you mean ACME?"),
    });
  });

  it("says who has which where no venue has all of them", async () => {
    await store("csv", "ACME", "5m", 300_000);
    await store("kraken", "OTHER", "5m", 300_000);
    const { context } = listening();
    await expect(openTape(context, configured({ "data.symbols": ["ACME", "OTHER"] }))).rejects.toMatchObject({
      code: "DATA_MISSING",
      what: "No venue has all of them: ACME is from csv, OTHER is from kraken",
    });
  });

  it("is refused where the range ends before it begins", async () => {
    await store("csv", "ACME", "1d", DAY);
    const { context } = listening();
    const range = { "data.symbols": ["ACME"], "data.from": "1970-02-01", "data.to": "1970-01-05" };
    await expect(openTape(context, configured(range))).rejects.toMatchObject({
      code: "USAGE_ARGUMENT",
      what: "The range from 1970-02-01 to 1970-01-05 is empty",
    });
  });
});
