import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { listResults, readResult } from "./results.ts";
import { writePage, writeResult } from "./store.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-results-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const MADE = Date.UTC(2026, 1, 3, 4, 5, 6);

it("every kind of result is found by its folder, with what a list shows of it, newest first", () => {
  const walk = {
    name: "sma-cross",
    headline: "Over 2 windows it made 1 %",
    totalReturn: 0.01,
    holdReturn: -0.2,
    profitable: 0.5,
    maxDrawdown: 0.03,
    statistics: { sharpe: 0.4 },
    folds: [{ trades: 3 }, { trades: 4 }],
  };
  const { id } = writePage(folder, "walkforward", "sma-cross", MADE, { html: "<p>", data: walk });
  const drift = { model: "demo/1", beyondShare: 0.02, gatedShare: { half: 0.01 }, weeks: [{ alarm: true }, {}] };
  const other = writeResult(folder, "drift", "demo/1", MADE + 1_000, drift);
  writeResult(folder, "stress", "x", MADE - 1_000, {
    name: "x",
    base: { totalReturn: 0.1 },
    rows: [
      { survived: true, worstEquity: 0.7 },
      { survived: false, worstEquity: 0 },
    ],
  });
  writeResult(folder, "parity", "", MADE - 2_000, { proof: [{ equal: true, fills: 5 }], paper: [{ equal: false }] });
  // A backtest's report and a comparison are no results.
  writePage(folder, "compare", "a b", MADE, { html: "<p>", data: {} });
  mkdirSync(join(folder, "2026-02-03-040506-tidemark"));
  mkdirSync(join(folder, "2026-02-03-040507-stress-broken"));
  writeFileSync(join(folder, "2026-02-03-040507-stress-broken", "stress.json"), "[1");

  const { results, unreadable } = listResults(folder);
  expect(results.map(({ kind, madeMs }) => [kind, madeMs - MADE])).toEqual([
    ["drift", 1_000],
    ["walkforward", 0],
    ["stress", -1_000],
    ["parity", -2_000],
  ]);
  expect(unreadable.map((one) => [one.id, one.error.code])).toEqual([
    ["2026-02-03-040507-stress-broken", "DATA_FORMAT"],
  ]);
  expect(readResult(folder, id)).toEqual({
    data: walk,
    result: {
      id,
      kind: "walkforward",
      name: "sma-cross",
      madeMs: MADE,
      headline: walk.headline,
      figures: {
        totalReturn: 0.01,
        holdReturn: -0.2,
        sharpe: 0.4,
        maxDrawdown: 0.03,
        profitableWindows: 0.5,
        windows: 2,
        trades: 7,
      },
      hasPage: true,
    },
  });
  expect(readResult(folder, other).result).toMatchObject({
    name: "demo/1",
    hasPage: false,
    figures: { featuresBeyond: 0.02, outputsBeyond: null, rowsBehindGate: 0.01, weeks: 2, alarms: 1 },
  });
  expect(results[2].figures).toMatchObject({ totalReturn: 0.1, scenarios: 2, survived: 1, worstEquity: 0 });
  expect(results[3].figures).toEqual({ runs: 2, equalRuns: 1, fills: 5, bars: null });
});

it("what is none is missing, whatever its name leads to", () => {
  for (const id of ["no", "../2026-02-03-040506-stress-x", "2026-02-03-040506-stress-/../../x"])
    expect(() => readResult(folder, id)).toThrow(/no result/);
  expect(listResults(join(folder, "nowhere"))).toEqual({ results: [], unreadable: [] });
});
