/** @file What a learner is wired of: the network, the graphs that act, remember and train, and the arrays between them. */
import {
  adam,
  compileEpoch,
  compileForward,
  type EpochSession,
  type ForwardSession,
  Parameters,
} from "../../compute/index.ts";
import { invariant, Random, TidemarkError } from "../../core/index.ts";
import { memoryGraph, Network, type NetworkShape, type NetworkSpec } from "../../policy/index.ts";
import type { VectorEnv } from "../env/index.ts";
import { Actor, marketRows } from "./actor.ts";
import { checkPpoSizes, type PpoConfig } from "./config.ts";
import { type AnchorOptions, type PpoBatchShape, ppoGraph } from "./loss.ts";
import { Minibatches } from "./minibatches.ts";
import { pqnGraph, requireChoices } from "./pqn.ts";
import type { PpoAnchor } from "./report.ts";
import { RewardScaler } from "./reward-scaler.ts";
import { Rollout } from "./rollout.ts";

export type PpoParts = {
  readonly env: VectorEnv;
  readonly config: PpoConfig;
  readonly parameters: Parameters;
  readonly network: Network;
  readonly shape: NetworkShape;
  readonly actor: Actor;
  /** Takes all steps of an epoch in one run. */
  readonly train: EpochSession;
  /** Runs the memory of every stretch through one segment; undefined without memory. */
  readonly remember: ForwardSession | undefined;
  readonly rollout: Rollout;
  readonly minibatches: Minibatches;
  readonly scaler: RewardScaler;
  /** Of the choices and of the order of minibatches. */
  readonly random: Random;
  /** The policy that is held on to, in the same world with a memory of its own; undefined where there is none. */
  readonly anchor: Anchor | undefined;
};

export type Anchor = { readonly actor: Actor; readonly values: Float32Array };

/**
 * Compiles the graphs with freshly initialized parameters. Throws CONFIG_VALUE for sizes that don't fit into each other.
 * @param held what PPO holds on to; nothing where absent
 */
export async function buildPpo(
  env: VectorEnv,
  given: NetworkSpec,
  config: PpoConfig,
  seed: number,
  held?: PpoAnchor,
): Promise<PpoParts> {
  invariant(held === undefined || config.pqn === undefined, "what is held on to are probabilities of choices");
  if (config.pqn !== undefined) requireChoices(env.actionSpace);
  const spec: NetworkSpec = config.pqn === undefined ? given : { ...given, choiceValues: true };
  const shape: NetworkShape = {
    ...env.shape,
    categories: env.actionSpace.categories.length,
    betaHeads: env.actionSpace.betaHeads.length,
  };
  const parameters = new Parameters();
  const network = new Network(parameters, spec, shape);
  const { encoder } = network;
  const stateSize = encoder?.stateSize ?? 0;
  const { stretches: G, accountsPerStretch: A } = env;
  const { bars, segmentBars, segments } = checkPpoSizes(config, G, A, stateSize > 0);
  const random = new Random(seed);
  const initial = parameters.initialize(random.fork("parameters"));
  const hasResets = requireMemory(env, spec, stateSize);
  const rollout = new Rollout({
    ...shape,
    bars,
    stretches: G,
    accounts: A,
    segmentBars,
    window: encoder?.window ?? 0,
    stateSize,
    hasMarket: env.shape.marketFeatures > 0 && encoder !== undefined,
    hasResets,
    hasAnchor: held !== undefined,
  });
  const steps = rollout.segments / segments;
  const model = { parameters, initial, network, shape };
  const usedBy = env.actionSpace.betaHeads.map((head) => head.usedBy);
  const anchor = held === undefined ? undefined : { weight: held.weight, usedBy };
  const train = await compileTraining(env, model, config, { bars: segmentBars, segments, steps, hasResets }, anchor);
  const actor = () => Actor.create(env, parameters, network, spec, shape, config.threads);
  return {
    env,
    config,
    parameters,
    network,
    shape,
    actor: await actor(),
    train,
    remember: await compileMemory(env, parameters, network, shape, rollout, config.threads),
    rollout,
    minibatches: new Minibatches(rollout, segments, usedBy, env.market),
    scaler: new RewardScaler(G * A, config.gamma),
    random: random.fork("actions"),
    anchor: held === undefined ? undefined : { actor: await actor(), values: held.parameters },
  };
}

/** Whether memory may begin anew at any bar. Throws CONFIG_VALUE where this network can't do what the world asks for. */
function requireMemory(env: VectorEnv, spec: NetworkSpec, stateSize: number): boolean {
  const all = spec.remember === "all";
  if (all && env.accountsPerStretch > 1) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `A memory of all that is seen can't be shared, and ${env.accountsPerStretch} accounts live on each stretch`,
      where: "model.remember",
      fix: 'Give each account a stretch of its own (leave training.stretches out), or use remember = "market".',
    });
  }
  const free = env.freeEpisodes === true && stateSize > 0;
  if (free && spec.warmup > 0) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `Episodes of free length are for encoders without warm-up, not for ${spec.encoder} with ${spec.warmup} bars of it`,
      where: "model.encoder",
      fix: `Use networkSpec("${spec.encoder}", { warmup: 0 }), or end episodes only every so many bars as a segment has.`,
    });
  }
  return all || free;
}

type Model = {
  readonly parameters: Parameters;
  readonly initial: Float32Array;
  readonly network: Network;
  readonly shape: NetworkShape;
};

function compileTraining(
  env: VectorEnv,
  { parameters, initial, network, shape }: Model,
  config: PpoConfig,
  { steps, ...batch }: Pick<PpoBatchShape, "bars" | "segments" | "hasResets"> & { readonly steps: number },
  anchor: AnchorOptions | undefined,
): Promise<EpochSession> {
  const whole = { ...batch, accounts: env.accountsPerStretch, marketRows: marketRows(env) };
  const graph =
    config.pqn === undefined ? ppoGraph(network, shape, whole, config, anchor) : pqnGraph(network, shape, whole);
  return compileEpoch({
    parameters,
    initial,
    loss: graph.loss,
    optimizer: adam({ epsilon: 1e-5 }),
    clipNorm: config.maxGradientNorm,
    metrics: graph.metrics,
    ...(graph.gate === undefined ? {} : { gate: graph.gate }),
    threads: config.threads,
    ...(config.device === undefined ? {} : { device: config.device }),
    steps,
    shared: ["market"],
  });
}

async function compileMemory(
  env: VectorEnv,
  parameters: Parameters,
  network: Network,
  shape: NetworkShape,
  rollout: Rollout,
  threads: number,
): Promise<ForwardSession | undefined> {
  const { segmentBars, hasResets } = rollout.shape;
  const nextState = memoryGraph(network, shape, { rows: marketRows(env) }, segmentBars, env.stretches, hasResets);
  return nextState === undefined ? undefined : compileForward({ parameters, outputs: { nextState }, threads });
}
