/**
 * @file Processor time to nine tenths of the best policy, on tasks whose best is known; and, where a Python is named that has
 * Stable-Baselines3, the time that it needs for CartPole by the same settings and the same rule, in turn.
 */
import { raceToShare } from "../../learn/index.ts";
import type { Benchmark, Measurement } from "./benchmark.ts";
import { runPython } from "./python.ts";

const SHARE = 0.9;
const SEEDS = [1, 2, 3] as const;
const UNIT = "CPU s to 90 %";

/** CartPole by the settings of rl-baselines3-zoo; ends where the last 100 episodes have the wanted mean. */
const SCRIPT = `
import json, sys, time
def tell(**found): print(json.dumps(found), flush=True)
try:
    import torch, gymnasium, stable_baselines3
    from stable_baselines3 import PPO
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.env_util import make_vec_env
except ImportError as missing:
    tell(missing=str(missing))
    sys.exit(0)
torch.set_num_threads(1)
wanted, seeds = float(sys.argv[1]), [int(seed) for seed in sys.argv[2:]]
class Stop(BaseCallback):
    def _on_step(self):
        last = [episode["r"] for episode in self.model.ep_info_buffer]
        self.mean = sum(last) / max(1, len(last))
        return len(last) < 100 or self.mean < wanted
for seed in seeds:
    env = make_vec_env("CartPole-v1", n_envs=8, seed=seed)
    model = PPO("MlpPolicy", env, n_steps=32, batch_size=256, gae_lambda=0.8, gamma=0.98, n_epochs=20, ent_coef=0.0,
                learning_rate=lambda left: 1e-3 * left, clip_range=lambda left: 0.2 * left, device="cpu", seed=seed)
    stop = Stop()
    start = time.process_time()
    model.learn(100_000, callback=stop)
    tell(version=stable_baselines3.__version__, cpu=time.process_time() - start, steps=model.num_timesteps, mean=stop.mean)
`;

type Rival = { readonly version?: string; readonly cpu?: number; readonly steps?: number; readonly missing?: string };

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

export const learningBenchmark: Benchmark = {
  name: "learning",
  summary:
    "CPU seconds of PPO to 90 % of the best policy, mean of three seeds: CartPole, a price that is pulled back, a hidden regime that needs memory",
  long: true,
  async run({ signal, onProgress, beside }) {
    const found = new Map<string, { cpu: number[]; steps: number[]; reached: number; encoder: string }>();
    for (const seed of SEEDS) {
      const told = (task: string, done: number, total: number): void =>
        onProgress({ label: `${task}, seed ${seed}`, done, total, unit: "steps" });
      for await (const one of raceToShare({ seed, share: SHARE, cpuSeconds, signal, onProgress: told })) {
        const row = found.get(one.task) ?? { cpu: [], steps: [], reached: 0, encoder: one.encoder };
        row.cpu.push(one.cpuSeconds);
        row.steps.push(one.steps);
        row.reached += Number(one.reached);
        found.set(one.task, row);
      }
    }
    const own = [...found].map(([task, { cpu, steps, reached, encoder }]): Measurement => {
      const detail = { encoder, steps: Math.round(mean(steps)), reached: `${reached} of ${SEEDS.length} seeds` };
      return { name: `learning, ${task}`, value: round(mean(cpu)), unit: UNIT, detail };
    });
    if (beside === undefined) return own;
    const rivals = await besidePython(beside, signal);
    const pole = mean(found.get("cart-pole")?.cpu ?? [Number.NaN]);
    return [...own, rivalFigure(rivals, pole)];
  },
};

/** Rejects with USAGE_ARGUMENT where that program does not run the script at all. */
function besidePython(python: string, signal: AbortSignal): Promise<Rival[]> {
  const args = [String(SHARE * 500), ...SEEDS.map(String)];
  return runPython(python, { script: SCRIPT, args, needs: "stable-baselines3" }, signal);
}

/** @param own CPU seconds that CartPole took here */
export function rivalFigure(rivals: readonly Rival[], own: number): Measurement {
  const name = "stable-baselines3, cart-pole";
  const ran = rivals.filter(({ cpu }) => cpu !== undefined);
  if (ran.length === 0) {
    const why = rivals[0]?.missing ?? "nothing was told";
    return { name, unit: UNIT, detail: { not_run: `${why}; only our side ran` } };
  }
  const cpu = mean(ran.map((one) => one.cpu ?? 0));
  const steps = Math.round(mean(ran.map((one) => one.steps ?? 0)));
  const detail = { version: ran[0].version ?? "", steps, it_over_ours: round(cpu / own) };
  return { name, value: round(cpu), unit: UNIT, detail };
}
