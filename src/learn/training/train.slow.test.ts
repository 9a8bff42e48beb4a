import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Progress, parseTimeframe } from "../../core/index.ts";
import { syntheticTape } from "../../market/index.ts";
import { loadPolicyModel, readManifest, requireMatch } from "../../policy/index.ts";
import { readRunRecords } from "../../tracking/index.ts";
import { decode, messagesAt, records, textAt } from "../../tracking/testing/event-decoder.ts";
import { MlflowServer } from "../../tracking/testing/mlflow-server.ts";
import type { TrainOptions } from "./options.ts";
import { smallMarket, smallTraining } from "./testing/small.ts";
import { trainPolicy } from "./train.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-train-"));
const TAPE = smallMarket("BTCUSDT", "ETHUSDT");
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function options(run: string, changes: Partial<TrainOptions> = {}): TrainOptions {
  const small = smallTraining({ tape: TAPE });
  return {
    ...small,
    modelFolder: join(FOLDER, run, "model"),
    runFolder: join(FOLDER, run, "run"),
    ppo: { ...small.ppo, totalSteps: 3_072 },
    ...changes,
  };
}

describe("a training run", () => {
  it("repeats, and a run that was interrupted and resumed equals one that was not", async () => {
    const whole = await trainPolicy(options("whole"));
    const again = await trainPolicy(options("again"));
    expect(again.parameterHash).toBe(whole.parameterHash);

    const controller = new AbortController();
    const interrupt = (progress: Progress): void => {
      if (progress.label === "training" && progress.done >= 1_024) controller.abort(new Error("interrupted"));
    };
    const first = options("parts", { signal: controller.signal, onProgress: interrupt });
    await expect(trainPolicy(first)).rejects.toThrow("interrupted");
    const resumed = await trainPolicy(options("parts", { resume: true }));
    expect(resumed.steps).toBe(3_072);
    expect(resumed.parameterHash).toBe(whole.parameterHash);
    expect(resumed.validation).toBe(whole.validation);
  });

  it("writes a model that says where it came from, a log line for each update, and at most three checkpoints", async () => {
    const result = await trainPolicy(options("files"));
    const manifest = readManifest(result.modelFolder);
    expect(manifest.provenance).toMatchObject({
      synthetic: true,
      dataFingerprint: TAPE.fingerprint,
      seed: 11,
      steps: 3_072,
    });
    expect(manifest.provenance.trainToMs).toBeLessThan(TAPE.timeMs[result.split.test.from]);
    const log = readFileSync(join(FOLDER, "files/run/metrics.jsonl"), "utf8");
    expect(log.match(/"loss\/policy"/g)).toHaveLength(6);
    expect(readdirSync(join(FOLDER, "files/run/checkpoints")).length).toBeLessThanOrEqual(3);
    const model = await loadPolicyModel(result.modelFolder);
    expect(model.session.outputs.map((port) => port.name)).toContain("nextState");
    await model.session.release();
  });

  it("tells every update to its record and to TensorBoard, and where a continued run went on", async () => {
    const controller = new AbortController();
    const interrupt = ({ label, done }: Progress): void => {
      if (label === "training" && done >= 1_536) controller.abort(new Error("interrupted"));
    };
    const first = options("told", { signal: controller.signal, onProgress: interrupt });
    await expect(trainPolicy(first)).rejects.toThrow("interrupted");
    await trainPolicy(options("told", { resume: true }));
    const folder = join(FOLDER, "told/run");
    const told = readRunRecords(join(folder, "metrics.jsonl"));
    expect(told.map(({ kind }) => kind).filter((kind) => kind === "continued")).toHaveLength(1);
    expect(told.filter(({ kind }) => kind === "finish")).toMatchObject([{ status: "stopped" }, { status: "finished" }]);
    const updates = told.flatMap((one) => (one.kind === "scalars" && "loss/policy" in one.values ? [one] : []));
    expect(updates.map(({ step }) => step)).toEqual([512, 1_024, 1_536, 2_048, 2_560, 3_072]);
    for (const { values } of updates) {
      const shares = ["hold", "long", "short"].map((name) => values[`actions/${name}`]);
      expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 10);
      for (const [c, name] of ["hold", "long", "short"].entries()) {
        const both = (values[`actions/BTCUSDT/${name}`] + values[`actions/ETHUSDT/${name}`]) / 2;
        expect(both, `the symbols together: ${name}`).toBeCloseTo(shares[c], 10);
      }
      expect(values["rollout/costShare"]).toBeGreaterThanOrEqual(0);
      expect(values["rollout/costShare"]).toBeLessThanOrEqual(1);
      expect(values["policy/sizeKl"], "an estimate that is never negative").toBeGreaterThanOrEqual(0);
      expect(values["speed/stepsPerSecond"]).toBeGreaterThan(0);
    }
    expect(updates.at(-1)?.values["rollout/episodeBars"]).toBe(128);

    const events = readdirSync(folder).filter((name) => name.startsWith("events.out.tfevents."));
    expect(events, "a file for each time that it ran").toHaveLength(2);
    const tags = new Set(
      events.flatMap((name) =>
        records(readFileSync(join(folder, name)))
          .map(decode)
          .flatMap((event) => messagesAt(event, 5).flatMap((summary) => messagesAt(summary, 1)))
          .map((value) => textAt(value, 1)),
      ),
    );
    for (const tag of ["loss/policy", "validation/meanReward", "parameters/policy.weight", "settings"]) {
      expect([...tags]).toContain(tag);
    }
  });

  it("tells a tracking server where the environment names one", async () => {
    const server = new MlflowServer();
    const environment = { MLFLOW_TRACKING_URI: await server.start() };
    await trainPolicy(options("served", { tracking: { tensorBoard: false, environment } }));
    await server.stop();
    expect(server.runs).toMatchObject([
      { name: expect.stringMatching(/^run-[0-9a-f]{8}$/) as string, status: "FINISHED" },
    ]);
    expect(server.runs[0].metrics.map(({ key }) => key)).toContain("loss/value");
    const files = readdirSync(join(FOLDER, "served/run"));
    expect(files.filter((name) => name.startsWith("events."))).toEqual([]);
  });

  it("refuses a checkpoint of another configuration, and one that is damaged", async () => {
    await trainPolicy(options("other"));
    await expect(trainPolicy(options("other", { resume: true, seed: 12 }))).rejects.toMatchObject({
      code: "CHECKPOINT_MISMATCH",
    });
    const folder = join(FOLDER, "other/run/checkpoints");
    const newest = join(folder, readdirSync(folder).sort().at(-1) ?? "");
    const bytes = readFileSync(newest);
    bytes[200] ^= 1;
    writeFileSync(newest, bytes);
    await expect(trainPolicy(options("other", { resume: true }))).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
  });

  it("does not choose parameters by a handful of validation bars", async () => {
    const split = { trainShare: 0.8, validationShare: 0.02, embargoBars: 12 };
    await expect(trainPolicy(options("handful", { split }))).rejects.toThrow(/validation part has 20 bars/);
  });

  it("says what does not fit: too little history, an episode that tears a segment", async () => {
    const short = syntheticTape({ seed: 5, bars: 300, timeframe: parseTimeframe("5m") });
    await expect(trainPolicy(options("short", { tape: short }))).rejects.toMatchObject({ code: "DATA_TOO_SHORT" });
    await expect(trainPolicy(options("torn", { episodeBars: 100 }))).rejects.toMatchObject({ code: "CONFIG_VALUE" });
  });
});

describe("a model file", () => {
  it("is refused when it is damaged, when symbols differ, and when bars have another length", async () => {
    const { modelFolder } = await trainPolicy(options("refused", { ppo: { ...options("x").ppo, totalSteps: 512 } }));
    const manifest = readManifest(modelFolder);
    const others = syntheticTape({ seed: 5, bars: 50, timeframe: parseTimeframe("5m") });
    expect(() => requireMatch(manifest, others, modelFolder)).toThrow(/The model trades BTCUSDT, ETHUSDT/);
    const hourly = syntheticTape({
      seed: 5,
      bars: 50,
      timeframe: parseTimeframe("1h"),
      symbols: ["BTCUSDT", "ETHUSDT"],
    });
    expect(() => requireMatch(manifest, hourly, modelFolder)).toThrow(/5m bars/);

    const path = join(modelFolder, "model.json");
    const text = readFileSync(path, "utf8");
    const other = { ...(JSON.parse(text) as { features: object }), digest: undefined };
    writeFileSync(path, JSON.stringify({ ...other, features: { ...other.features, fingerprint: "0".repeat(64) } }));
    await expect(loadPolicyModel(modelFolder)).rejects.toMatchObject({ code: "MODEL_MISMATCH" });
    writeFileSync(path, text.replace('"seed": 11', '"seed": 12'));
    await expect(loadPolicyModel(modelFolder)).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
    const { normalizer, decision } = manifest;
    const forgeries: Record<string, object> = {
      "paid to trade": { decision: { ...decision, exchange: { ...decision.exchange, baseSlippageBps: -500 } } },
      "a scheme that is none": { decision: { ...decision, sizing: { ...decision.sizing, scheme: "nope" } } },
      "an empty schedule": { decision: { ...decision, sizing: { ...decision.sizing, schedule: [] } } },
      "a normalizer cut short": { normalizer: { ...normalizer, std: normalizer.std.slice(1) } },
      "a deviation of zero": { normalizer: { ...normalizer, std: normalizer.std.map(() => 0) } },
      "symbols exchanged": { normalizer: { ...normalizer, symbols: [...normalizer.symbols].reverse() } },
      "a name of every object": { actionSpace: "constructor" },
      "another action space": { actionSpace: "discrete3" },
      "a window of minus one": { network: { ...manifest.network, window: -1 } },
      "half a bar of warm-up": { network: { ...manifest.network, warmup: 1.5 } },
    };
    for (const [name, forgery] of Object.entries(forgeries)) {
      writeFileSync(path, JSON.stringify({ ...other, ...forgery }));
      await expect(loadPolicyModel(modelFolder), name).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
    }
    writeFileSync(path, text);
    const onnx = readFileSync(join(modelFolder, "policy.onnx"));
    writeFileSync(join(modelFolder, "policy.onnx"), onnx.subarray(0, onnx.length - 10));
    await expect(loadPolicyModel(modelFolder)).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
    await expect(loadPolicyModel(join(FOLDER, "nowhere"))).rejects.toMatchObject({ code: "MODEL_MISSING" });
  });
});
