/** @file `tidemark features`: what each feature means, and what it looks like on the stored candles. */

import { type Command, Option } from "commander";
import { type Config, featureSelection, openModel, openTape } from "../../app/index.ts";
import { parseTimeframe, timeframeMs } from "../../core/index.ts";
import { featureImportance } from "../../evaluate/index.ts";
import { computeFeatures, describeFeatures, firstFinalRows } from "../../features/index.ts";
import { selectionOf } from "../../policy/index.ts";
import { table } from "../terminal/table.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type FeaturesOptions = { readonly list?: boolean; readonly importance?: string };

function list(context: CommandContext, config: Config): void {
  const barMs = timeframeMs(parseTimeframe(config.data.timeframe));
  const features = describeFeatures(featureSelection(config), barMs);
  const rows = features.map((f) => [
    f.name,
    f.group,
    String(f.warmup),
    f.description,
    ...(context.output.verbose ? [f.source] : []),
  ]);
  const titles = ["feature", "group", "warm-up", "meaning", ...(context.output.verbose ? ["source"] : [])];
  context.output.text(
    table(
      titles.map((title) => ({ title, align: title === "warm-up" ? "right" : "left" })),
      rows,
    ),
  );
  context.output.text(`\n${features.length} features; warm-up in bars of ${config.data.timeframe}`);
  context.output.data({ timeframe: config.data.timeframe, features });
}

function figure(value: number): string {
  return value.toPrecision(4);
}

type Summary = { name: string; mean: number; deviation: number; lowest: number; highest: number };

/** Moments of every feature over the rows that are no warm-up, all symbols together. */
async function check(context: CommandContext, config: Config): Promise<void> {
  const tape = await openTape(context, config);
  const onProgress = context.output.progress.bind(context.output);
  const features = computeFeatures(tape, featureSelection(config), { onProgress });
  const first = firstFinalRows(features, tape);
  let rows = 0;
  for (const row of first) rows += features.bars - row;
  const summaries = features.names.map((name, f): Summary => {
    let sum = 0;
    let squares = 0;
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (let s = 0; s < features.symbols; s++) {
      for (let t = first[s]; t < features.bars; t++) {
        const value = features.values[(t * features.symbols + s) * features.features + f];
        sum += value;
        squares += value * value;
        lowest = Math.min(lowest, value);
        highest = Math.max(highest, value);
      }
    }
    const mean = sum / rows;
    return { name, mean, deviation: Math.sqrt(Math.max(0, squares / rows - mean * mean)), lowest, highest };
  });
  context.output.text(
    table(
      ["feature", "mean", "deviation", "lowest", "highest"].map((title, c) => ({
        title,
        align: c === 0 ? "left" : "right",
      })),
      summaries.map((s) => [s.name, figure(s.mean), figure(s.deviation), figure(s.lowest), figure(s.highest)]),
    ),
  );
  context.output.text(`\n${features.names.length} features, ${rows} rows after ${features.warmup} bars of warm-up`);
  context.output.data({ rows, warmup: features.warmup, fingerprint: features.fingerprint, features: summaries });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** What the model leans on: each feature shuffled in turn over the bars that training never saw. */
async function importance(context: CommandContext, config: Config, given: string): Promise<void> {
  const { output } = context;
  const { id, model, tape, decision, unseen, seed } = await openModel(context, config, given);
  const result = await featureImportance({
    model,
    tape,
    features: computeFeatures(tape, selectionOf(model.manifest)),
    decision,
    ...unseen,
    balance: config.backtest.initialBalance,
    seed,
    signal: context.signal,
    onProgress: output.progress.bind(output),
  });
  output.endProgress();
  output.text(
    table(
      ["feature", "positions changed", "log return lost"].map((title, c) => ({
        title,
        align: c === 0 ? "left" : "right",
      })),
      result.features.map((f) => [f.name, percent(f.changed), percent(f.returnLoss)]),
    ),
  );
  output.text(
    `\n${id} on ${unseen.to - unseen.from} unseen bars, log return ${percent(result.logReturn)}: each feature shuffled in turn`,
  );
  output.data({ model: id, from: unseen.from, to: unseen.to, ...result });
}

export function registerFeatures(program: Command, runner: VerbRunner): void {
  addVerb<FeaturesOptions>(
    program,
    {
      name: "features",
      summary: VERB_SUMMARIES.features,
      options: [
        new Option("--list", "explain each feature of the selection and stop"),
        new Option("--importance <model>", "rank the features by how much a model leans on them"),
      ],
      settings: [
        ["--features <set>", "features.set"],
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
      ],
      examples: [
        ["features --list", "what each feature of the configured set means"],
        ["features --symbols BTCUSDT", "their distribution on the stored candles of one symbol"],
        ["features --importance tidemark", "what the newest model leans on, on bars it never saw"],
      ],
      run: async (context, { options }) => {
        const config = context.config();
        if (options.list === true) list(context, config);
        else if (options.importance !== undefined) await importance(context, config, options.importance);
        else await check(context, config);
      },
    },
    runner,
  );
}
