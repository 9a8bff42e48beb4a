import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exportModel, input, matmul, Parameters, reshape, tanh, zeros } from "../../compute/index.ts";
import { backtest, baselineConfig, baselinePolicy } from "../../evaluate/index.ts";
import { loadForeignPolicy, type Policy } from "../../policy/index.ts";
import { decisionSettings } from "../config/decision.ts";
import { type Config, loadConfig, type Override } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { openTape } from "../data/market.ts";
import { quietContext } from "../testing/context.ts";
import { type AskedMembers, candidates } from "./members.ts";
import { replayStored } from "./replay.ts";
import { reproduceSession } from "./reproduce.ts";

let folder = "";
let config: Config;
let context: AppContext;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-members-"));
  config = configured({});
  context = quietContext(folder, () => config).context;
});
afterEach(() => rmSync(folder, { recursive: true }));

function configured(more: Record<string, unknown>): Config {
  const all = {
    "data.venue": "synthetic",
    "data.symbols": ["BTCUSDT", "ETHUSDT"],
    "data.timeframe": "1h",
    "data.synthetic_bars": 500,
    seed: 4,
    ...more,
  };
  const overrides = Object.entries(all).map(([path, value]): Override => ({ path, value, source: "--flag" }));
  return loadConfig({ path: undefined, workingFolder: folder, overrides });
}

const RULE = `export const strategy = {
  name: "swing",
  parameters: { bars: { default: 6, low: 1, high: 50 } },
  warmup: ({ bars }) => bars + 1,
  decide: (symbol, { bars }) =>
    symbol.close() > symbol.close(bars) ? symbol.long(0.6, { stop: 0.02, bars: 30 }) : symbol.short(0.5),
};
`;
const RANGE = { from: "2024-01-14", to: "2024-01-19" };

function ruleFile(text = RULE): string {
  const path = join(folder, "swing.mjs");
  writeFileSync(path, text);
  return path;
}

function onnxFiles(): { readonly onnx: string; readonly spec: string } {
  const parameters = new Parameters();
  const weight = parameters.add("weight", [1, 1], zeros);
  const action = reshape(tanh(matmul(input("observation", [2, 1]), weight)), [2]);
  const values = Float32Array.of(100);
  const [onnx, spec] = ["p.onnx", "p.json"].map((name) => join(folder, name));
  writeFileSync(onnx, exportModel({ parameters, values, outputs: { action }, metadata: {}, producer: "test" }));
  writeFileSync(spec, JSON.stringify({ name: "from elsewhere", features: ["return1"], meaning: "target" }));
  return { onnx, spec };
}

async function tested(policy: Policy) {
  const tape = await openTape(context, config);
  const at = (text: string): number => tape.timeMs.indexOf(Date.parse(`${text}T00:00:00Z`));
  return backtest({
    tape,
    policy,
    config: baselineConfig(decisionSettings(config)),
    from: at(RANGE.from),
    to: at(RANGE.to),
    balance: config.backtest.initialBalance,
    seed: 4,
  });
}

describe("what decides in a session", () => {
  test("a built-in rule has the trade hash of its backtest", async () => {
    const rule = baselinePolicy("sma-cross", 4, { smaCross: { fast: 10, slow: 30, longOnly: false } });
    config = configured({ "backtest.fast": 10, "backtest.slow": 30 });
    const played = await replayStored(context, { strategies: ["sma-cross"] }, RANGE);
    expect(played.fills).toBeGreaterThan(4);
    expect(played.tradeHash).toBe((await tested(rule)).tradeHash);
  });

  test("a policy of another tool has the trade hash of its backtest, and is made again from the journal", async () => {
    const files = onnxFiles();
    const played = await replayStored(context, files, RANGE);
    expect(played.fills).toBeGreaterThan(50);
    expect(played.tradeHash).toBe((await tested(await loadForeignPolicy(files.onnx, files.spec))).tradeHash);
    expect(await reproduceSession(context, "replay/from-elsewhere")).toMatchObject({ decisions: 119, equal: 119 });
  });

  test("a file and a rule side by side are made again; a file that was changed since is refused", async () => {
    const strategies = [`${ruleFile()}=ETHUSDT`, "sma-cross=BTCUSDT"];
    const { session, model } = await replayStored(context, { strategies, param: ["bars=3"], name: "mine" }, RANGE);
    expect([session, model]).toEqual(["replay/mine", `${folder}/swing.mjs, sma-cross`]);
    expect(await reproduceSession(context, session)).toMatchObject({ decisions: 238, equal: 238, first: undefined });
    ruleFile(RULE.replace("0.6", "0.7"));
    await expect(reproduceSession(context, session)).rejects.toMatchObject({ code: "MODEL_MISMATCH" });
  });

  test("limits that the configuration says hold for rules too", async () => {
    config = configured({ "risk.max_concurrent": 1 });
    const some = await replayStored(context, { strategies: [ruleFile()] }, RANGE);
    config = configured({});
    const all = await replayStored(context, { strategies: [ruleFile()] }, RANGE);
    expect(some.orders).toBeLessThan(all.orders);
  });

  test.each([
    ["nothing", {}, "USAGE_ARGUMENT", "something that decides"],
    ["a symbol twice", { strategies: ["flat=BTCUSDT", "sma-cross=ETHUSDT,BTCUSDT"] }, "SESSION_MIX", "BTCUSDT"],
    ["a symbol twice in one", { strategies: ["flat=BTCUSDT,BTC/USDT:USDT"] }, "SESSION_MIX", "twice"],
    ["an ONNX file alone", { onnx: "a.onnx" }, "USAGE_ARGUMENT", "goes in"],
    ["a file that is not there", { strategies: ["./none.ts"] }, "USAGE_ARGUMENT", "no such file"],
    ["a model that is not there", { models: ["none"] }, "MODEL_MISSING", "none"],
  ] satisfies ReadonlyArray<readonly [string, AskedMembers, string, string]>)(
    "%s is refused with its code",
    (_what, asked, code, words) => {
      expect(() => candidates(context, config, asked)).toThrow(
        expect.objectContaining({ code, what: expect.stringContaining(words) as string }) as Error,
      );
    },
  );

  test("two of one rule are told apart by a number", () => {
    const found = candidates(context, config, { strategies: ["flat=BTCUSDT", "flat=ETHUSDT"] });
    expect(found.map(({ name, symbols }) => [name, symbols])).toEqual([
      ["flat", ["BTCUSDT"]],
      ["flat-2", ["ETHUSDT"]],
    ]);
  });
});
