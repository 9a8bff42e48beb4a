/** @file One live decision: features of a finished bar, the network, sizing, gate, orders. Median and 99th percentile. */
import { clearIntents, intentColumns } from "../../core/index.ts";
import { SimulatedExchange } from "../../exchange/index.ts";
import { FeaturePipeline, normalizeRow } from "../../features/index.ts";
import { type DecisionContext, DeskView, loadPolicyModel, ModelPolicy, selectionOf } from "../../policy/index.ts";
import { DecisionStep } from "../../risk/index.ts";
import { withQuickModel } from "../training/quick-model.ts";
import { type Benchmark, quantile } from "./benchmark.ts";
import { benchDecision } from "./decision.ts";
import { benchTape } from "./market.ts";

const FIRST_BAR = 1_000;
const WARM_UP = 500;
const DECISIONS = 4_000;

export const decideBenchmark: Benchmark = {
  name: "decide",
  summary: "ms from a finished bar to its orders: five symbols, core20 features, GRU 128, one account",
  run: (context) => {
    const tape = benchTape();
    const decision = benchDecision();
    const { signal, clock } = context;
    return withQuickModel(
      { tape, decision, actionSpace: "direction-size", seed: 1, signal },
      async ({ modelFolder }) => {
        const model = await loadPolicyModel(modelFolder);
        const { normalizer } = model.manifest;
        const pipeline = new FeaturePipeline(selectionOf(model.manifest), tape);
        const row = new Float32Array(tape.symbols * pipeline.count);
        // Bars are asked for one after the other, so the streams move with them as they do live.
        const policy = new ModelPolicy(model, {
          firstBar: 0,
          at: (bar) => {
            pipeline.update(tape, bar, row, 0);
            normalizeRow(normalizer, row, 0);
            return row;
          },
        });
        const exchange = new SimulatedExchange(tape, decision.exchange, { accounts: 1, seed: 1 });
        const step = new DecisionStep(exchange, decision.sizing, decision.risk);
        const intents = intentColumns(tape.symbols);
        const permissions = new Uint8Array(tape.symbols);
        const at: DecisionContext = {
          tape,
          desk: new DeskView(exchange, 0),
          exchange,
          account: 0,
          bar: FIRST_BAR,
          permissions,
        };
        exchange.reset(0, FIRST_BAR, 10_000);
        await policy.reset(at);
        const samples = new Float64Array(DECISIONS);
        for (let i = -WARM_UP; i < DECISIONS; i++) {
          signal.throwIfAborted();
          at.bar = FIRST_BAR + WARM_UP + i;
          const startMs = clock.elapsedMs();
          for (let s = 0; s < tape.symbols; s++) permissions[s] = step.permissions(0, s);
          clearIntents(intents);
          await policy.decide(at, intents);
          step.apply(0, intents);
          if (i >= 0) samples[i] = clock.elapsedMs() - startMs;
          exchange.advance(0);
        }
        const detail = { symbols: tape.symbols, encoder: "gru", hidden: 128, decisions: DECISIONS, threads: 1 };
        const rounded = (share: number): number => Number(quantile(samples, share).toFixed(4));
        return [
          {
            name: "decide",
            value: rounded(0.5),
            unit: "ms",
            detail: { ...detail, p50: rounded(0.5), p99: rounded(0.99) },
          },
        ];
      },
    );
  },
};
