import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exportModel, input, matmul, Parameters, reshape, tanh, zeros } from "../compute/index.ts";
import { parseTimeframe } from "../core/index.ts";
import { backtest, streamedBacktest } from "../evaluate/index.ts";
import { syntheticTape, tapeInPieces } from "../market/index.ts";
import { decisionConfig } from "../risk/index.ts";
import { loadForeignPolicy, parseForeignSpec } from "./foreign-policy.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-onnx-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tape = syntheticTape({ seed: 2, bars: 400, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
const spec = { name: "elsewhere", features: ["return1"], window: 2, meaning: "target" };

/** target = tanh(100 * (newest return)): a file as another tool would export it. */
function onnxFile(name: string): string {
  const parameters = new Parameters();
  const weight = parameters.add("weight", [2, 1], zeros);
  const action = reshape(tanh(matmul(input("observation", [2, 2]), weight)), [2]);
  const path = join(folder, name);
  writeFileSync(
    path,
    exportModel({ parameters, values: Float32Array.of(0, 100), outputs: { action }, metadata: {}, producer: "test" }),
  );
  return path;
}

function specFile(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe("a policy from elsewhere", () => {
  it("is fed windows of streamed features, oldest first, and its target becomes a position", async () => {
    const policy = await loadForeignPolicy(onnxFile("a.onnx"), specFile("a.json", spec));
    const config = decisionConfig({ sizing: { scheme: "fixed-fraction", fraction: 1, rebalanceBand: 0 } });
    const { curve, trades } = await backtest({ tape, policy, config, balance: 1e6, seed: 1 });
    expect(trades.length).toBeGreaterThan(50);
    let agree = 0;
    let count = 0;
    for (let row = 5; row < curve.length - 2; row++) {
      const rise = tape.close[row * 2] - tape.close[(row - 1) * 2];
      if (rise === 0) continue;
      count++;
      // Decided at the close of bar `row`, held at the close of the next.
      if (Math.sign(curve.positions[(row + 1) * 2]) === Math.sign(rise)) agree++;
    }
    expect(agree / count).toBeGreaterThan(0.97);
  });

  it("trades a history whose rows move as it trades the whole, its window across the cuts", async () => {
    const [onnx, json] = [onnxFile("m.onnx"), specFile("m.json", spec)];
    const run = { config: decisionConfig(), balance: 1e6, seed: 1 };
    const whole = await backtest({ tape, policy: await loadForeignPolicy(onnx, json), ...run });
    const stream = tapeInPieces(tape, [251, 276, 301, 340]);
    const moved = await streamedBacktest({ stream, policy: await loadForeignPolicy(onnx, json), ...run, keepBars: 1 });
    expect(whole.fills.length).toBeGreaterThan(50);
    expect(moved.tradeHash).toBe(whole.tradeHash);
  });

  it.each(["target", "logits"] as const)("is not taken at its word where a %s is no number", async (meaning) => {
    const parameters = new Parameters();
    const size = meaning === "logits" ? 3 : 1;
    const weight = parameters.add("weight", [2, size], zeros);
    const action = reshape(matmul(input("observation", [2, 2]), weight), [2, size]);
    const path = join(folder, `nan-${meaning}.onnx`);
    const values = new Float32Array(2 * size).fill(Number.NaN);
    writeFileSync(path, exportModel({ parameters, values, outputs: { action }, metadata: {}, producer: "test" }));
    const policy = await loadForeignPolicy(path, specFile(`nan-${meaning}.json`, { ...spec, meaning }));
    await expect(backtest({ tape, policy, config: decisionConfig(), balance: 1e4, seed: 1 })).rejects.toMatchObject({
      code: "MODEL_MISMATCH",
    });
  });

  it("says what does not fit", async () => {
    const config = decisionConfig();
    const wide = await loadForeignPolicy(onnxFile("b.onnx"), specFile("b.json", { ...spec, window: 3 }));
    await expect(backtest({ tape, policy: wide, config, balance: 1e4, seed: 1 })).rejects.toMatchObject({
      code: "MODEL_MISMATCH",
    });
    const other = await loadForeignPolicy(onnxFile("c.onnx"), specFile("c.json", { ...spec, output: "target" }));
    await expect(backtest({ tape, policy: other, config, balance: 1e4, seed: 1 })).rejects.toThrow(
      /no output "target"; it has action/,
    );
    await expect(loadForeignPolicy(join(folder, "none.onnx"), specFile("d.json", spec))).rejects.toMatchObject({
      code: "MODEL_MISSING",
    });
    expect(() => parseForeignSpec("{", "x")).toThrow(expect.objectContaining({ code: "MODEL_CORRUPT" }));
    expect(() => parseForeignSpec(JSON.stringify({ ...spec, meaning: "magic" }), "x")).toThrow(/meaning/);
    expect(() => parseForeignSpec(JSON.stringify({ ...spec, normalizer: { mean: [0, 1], std: [1, 1] } }), "x")).toThrow(
      /2 means for 1 features/,
    );
  });
});
