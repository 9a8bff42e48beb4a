/** @file The gates: every task, who must pass it, and by how much. */
import type { EncoderName, NetworkLearner } from "../../policy/index.ts";
import { cartPoleGate } from "./cart-pole-gate.ts";
import { type Gate, GateBound, type GateForm } from "./gate.ts";
import { leakGate } from "./leak-gate.ts";
import { noiseGate } from "./noise-gate.ts";
import { seriesGate, type Yardstick } from "./series-gate.ts";
import { autoregressive, hiddenRegime, type KnownSeries, lastMove, meanReverting, sine } from "./tasks/known-series.ts";

/** The encoders that must pass the task which needs memory. */
const WITH_MEMORY: Readonly<Record<GateForm, readonly EncoderName[]>> = {
  short: ["gru", "lstm"],
  full: ["gru", "lstm", "transformer"],
};

const FIGURE = "reward a step";

function ofBest(series: KnownSeries, gate: number): Yardstick {
  return { figure: FIGURE, policy: series.best, bound: GateBound.atLeast, gate };
}

function visible(series: KnownSeries, gate: number, learner: NetworkLearner): Gate {
  return seriesGate({
    series,
    learner,
    encoder: "mlp",
    // What is learned of a choice comes from that choice alone: PQN needs to make more of them.
    steps: { short: learner === "pqn" ? 131_072 : 65_536, full: 262_144 },
    yardsticks: [ofBest(series, gate)],
  });
}

const regime = hiddenRegime();

/**
 * The same for all encoders. What the choices of a bar lead to is over with it, so a short horizon only removes noise;
 * and the moves are nearly all noise, so everybody lives on a stretch of its own.
 */
const REGIME_LESSON = {
  series: regime,
  training: { stretches: 64, accountsPerStretch: 1, rows: 1_000_000 },
  config: { segment: 64, batch: 1_024, gamma: 0.5 },
  steps: { short: 163_840, full: 524_288 },
} as const;

/** Two layers find the regime too, but less surely: their memory reaches further back than the regimes last. */
const ATTENTION = {
  network: { layers: 1, attentionWindow: 48 },
  steps: { short: 524_288, full: 786_432 },
} as const;

function remembered(encoder: EncoderName, learner: NetworkLearner): Gate {
  const recurrent = encoder === "gru" || encoder === "lstm";
  return seriesGate({
    ...REGIME_LESSON,
    learner,
    encoder,
    network: { hiddenSize: 32, joinSize: 32, warmup: 64, ...(recurrent ? {} : ATTENTION.network) },
    ...(recurrent ? {} : { steps: ATTENTION.steps }),
    yardsticks: [ofBest(regime, 0.85)],
  });
}

/** The control: without memory less than half can be had, and it learns what can be had. */
const forgotten = seriesGate({
  ...REGIME_LESSON,
  encoder: "mlp",
  yardsticks: [
    { figure: FIGURE, policy: regime.best, bound: GateBound.atMost, gate: 0.5 },
    { figure: "of what needs no memory", policy: lastMove, bound: GateBound.atLeast, gate: 0.8 },
  ],
});

/** @param encoders with memory; those that must pass where absent */
export function gatesOf(form: GateForm, encoders: readonly EncoderName[] = WITH_MEMORY[form]): readonly Gate[] {
  const both = (["ppo", "pqn"] as const).flatMap((learner) => [
    cartPoleGate(learner),
    visible(autoregressive(0), 0.95, learner),
    visible(autoregressive(0.002), 0.9, learner),
    // Costs so high that most signals are not worth a trade: the band of doing nothing must be found.
    visible(autoregressive(0.01), 0.6, learner),
    visible(meanReverting(0.2), 0.9, learner),
    visible(sine(0.2), 0.95, learner),
    ...encoders
      .filter((encoder) => learner === "ppo" || encoder !== "transformer")
      .map((name) => remembered(name, learner)),
    noiseGate(learner),
  ]);
  return [
    ...both,
    forgotten,
    leakGate({ task: "leak", actionSpace: "discrete3", steps: { short: 65_536, full: 262_144 } }),
    leakGate({ task: "leak-sized", actionSpace: "direction-size", steps: { short: 131_072, full: 524_288 } }),
  ];
}
