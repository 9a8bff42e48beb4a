import { expect, it } from "vitest";
import { networkSpec } from "../../policy/index.ts";
import { PPO_DEFAULTS } from "./config.ts";
import { Ppo } from "./ppo.ts";
import { linear } from "./schedule.ts";
import { TMaze } from "./testing/t-maze.ts";

const network = networkSpec("mlp", { hiddenSize: 8, joinSize: 8 });
const SMALL = { ...PPO_DEFAULTS, rollout: 64, batch: 32 };

it.each([
  ["PPO", SMALL],
  ["PQN", { ...SMALL, pqn: { exploration: linear(1, 0.1) } }],
])(
  "%s computes its gradients where it is told to: a device that is not there is said, and not passed over",
  async (_, config) => {
    const asked = Ppo.create(new TMaze(8, 4, 1), network, { ...config, device: "cuda" }, 1);
    await expect(asked).rejects.toMatchObject({ code: "COMPUTE_DEVICE" });
    const ppo = await Ppo.create(new TMaze(8, 4, 1), network, { ...config, device: "cpu" }, 1);
    expect((await ppo.iterate()).steps).toBe(64);
    await ppo.release();
  },
);
