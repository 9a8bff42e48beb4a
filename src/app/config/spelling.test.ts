import { describe, expect, it } from "vitest";
import { loadConfig } from "./load.ts";
import { valueOfText } from "./spelling.ts";

describe("the text of a flag", () => {
  it.each([
    ["features.list", '["rsi14", "return1"]', ["rsi14", "return1"]],
    ["features.list", "rsi14,return1", ["rsi14", "return1"]],
    ["features.list", "rsi14", ["rsi14"]],
    ["sizing.schedule", "[[1, 0.02, 2000]]", [[1, 0.02, 2_000]]],
    ["curriculum.plan", '[{ name = "a", steps = 5 }]', [{ name: "a", steps: 5 }]],
    ["search.space.gamma", "0.9,0.95", [0.9, 0.95]],
    ["search.space.gamma", "[0.9]", [0.9]],
    ["search.space.gamma", "0.9", [0.9]],
    ["search.space.gamma", "[]", []],
    ["training.gamma", "0.5", 0.5],
    ["training.gamma", "half", "half"],
    ["training.total_steps", "1e6", 1_000_000],
    ["backtest.baselines", "False", false],
    ["data.timeframe", "1h", "1h"],
    ["data.timeframe", '"1h"', "1h"],
    ["data.from", "2024-01-01", "2024-01-01"],
    ["model.name", "5", "5"],
    ["model.name", "true", "true"],
    ["no.such", "x", "x"],
  ])("of %s, %s, is %j", (key, text, value) => {
    expect(valueOfText(key, text)).toEqual(value);
  });
});

describe("a choice", () => {
  it("may be written in any case", () => {
    const overrides = [
      { path: "model.encoder", value: "GRU", source: "--encoder" },
      { path: "search.space.encoder", value: ["MLP", "Lstm"], source: "--set" },
      { path: "exchange.slippage_model", value: "SQUARE-ROOT", source: "--set" },
    ];
    const config = loadConfig({ path: undefined, workingFolder: "/", overrides });
    expect(config.model.encoder).toBe("gru");
    expect(config.search.space.encoder).toEqual(["mlp", "lstm"]);
    expect(config.exchange.slippageModel).toBe("square-root");
  });
});
