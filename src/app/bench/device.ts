/** @file What a graphics card brings: the same training on every device that this machine has, and how far the results lie apart. */
import type { Device } from "../../compute/index.ts";
import { TidemarkError } from "../../core/index.ts";
import { CLASSIC_PPO, Ppo, type PpoConfig } from "../../learn/index.ts";
import { type NetworkSpec, networkSpec } from "../../policy/index.ts";
import type { BenchContext, Benchmark, Measurement } from "./benchmark.ts";
import { stepsPerSecond, tradingEnv } from "./ppo.ts";

const DEVICES: readonly Device[] = ["cpu", "webgpu", "cuda"];
const CONFIG: PpoConfig = { ...CLASSIC_PPO, rollout: 8_192, batch: 2_048, epochs: 4 };
const NETWORKS: ReadonlyArray<readonly [string, NetworkSpec]> = [
  ["MLP 64x64", networkSpec("mlp", { hiddenSize: 64, joinSize: 64 })],
  ["MLP 1024x1024", networkSpec("mlp", { hiddenSize: 1_024, joinSize: 1_024 })],
  ["GRU 128", networkSpec("gru")],
  ["GRU 512", networkSpec("gru", { hiddenSize: 512, joinSize: 512 })],
];

/** Parameters after the first update, from one seed: by how much two devices may differ is what rounding leaves. */
async function firstUpdate(network: NetworkSpec, device: Device): Promise<Float32Array> {
  const ppo = await Ppo.create(tradingEnv(32, 1), network, { ...CONFIG, device }, 1);
  try {
    await ppo.iterate();
    return ppo.values.slice();
  } finally {
    await ppo.release();
  }
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

async function measure(
  context: BenchContext,
  [label, network]: (typeof NETWORKS)[number],
  device: Device,
  reference: Float32Array,
): Promise<Measurement> {
  const name = `device, ${label}, ${device}`;
  try {
    const after = await firstUpdate(network, device);
    const ppo = await Ppo.create(tradingEnv(32, 1), network, { ...CONFIG, device }, 1);
    try {
      const speed = await stepsPerSecond(context, name, ppo);
      const difference = largestDifference(after, reference);
      const detail = { parameters: ppo.parameters.size, batch: CONFIG.batch, stepsPerCpuSecond: Math.round(speed.cpu) };
      return {
        name,
        value: Math.round(speed.clock),
        unit: "env-steps/s",
        detail: { ...detail, largestDifference: difference },
      };
    } finally {
      await ppo.release();
    }
  } catch (error) {
    if (!(error instanceof TidemarkError && error.code === "COMPUTE_DEVICE")) throw error;
    return { name, unit: "env-steps/s", detail: { notMeasured: error.message } };
  }
}

export const deviceBenchmark: Benchmark = {
  name: "device",
  summary:
    "env-steps/s of PPO where gradients are computed on the processor, by WebGPU and by CUDA: small and large networks, batches of 2,048",
  long: true,
  async run(context) {
    const measured: Measurement[] = [];
    for (const entry of NETWORKS) {
      context.onProgress({ label: `device, ${entry[0]}`, done: 0, total: 1, unit: "updates" });
      const reference = await firstUpdate(entry[1], "cpu");
      for (const device of DEVICES) measured.push(await measure(context, entry, device, reference));
    }
    return measured;
  },
};
