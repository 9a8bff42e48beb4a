import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { LEDGER_FILE, readLedger } from "../../evaluate/index.ts";
import { syntheticTape } from "../../market/index.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { ledgerPath, noteSearchOn } from "./trials.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-trials-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const tape = syntheticTape({ seed: 1, bars: 50, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT"] });
const COUNT = { study: "s", trials: 4, looks: 9 };

describe("a search", () => {
  it("is counted on the bars that its trials were played on", () => {
    const folder = join(FOLDER, "good");
    mkdirSync(folder);
    const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
    const { context } = quietContext(folder, () => config);
    noteSearchOn(context, config, tape, COUNT);
    noteSearchOn(context, config, tape, COUNT, 20);
    const [whole, part] = readLedger(ledgerPath(config)).entries;
    const told = { kind: "search", data: tape.fingerprint, symbols: ["BTCUSDT"], timeframe: "1h", ...COUNT };
    expect(whole).toEqual({ ...told, fromMs: tape.timeMs[0], toMs: tape.timeMs[49] });
    expect(part).toEqual({ ...told, fromMs: tape.timeMs[0], toMs: tape.timeMs[19] });
  });

  it("loses no result where the ledger can't be written, and says so", () => {
    const folder = join(FOLDER, "bad");
    mkdirSync(join(folder, LEDGER_FILE), { recursive: true });
    const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
    const { context, said } = quietContext(folder, () => config);
    noteSearchOn(context, config, tape, COUNT);
    expect(said).toEqual([expect.stringContaining("could not be noted in the ledger")]);
  });
});
