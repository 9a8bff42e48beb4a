/** @file `tidemark features`: what each feature means, and what it looks like on the stored candles. */

import { type Command, Option } from "commander";
import { type Config, checkConfig, featureSelection, openModel, openTape } from "../../app/index.ts";
import { parseTimeframe, TidemarkError, timeframeMs } from "../../core/index.ts";
import { featureImportance } from "../../evaluate/index.ts";
import {
  computeFeatures,
  describeFamilies,
  describeFeatures,
  describeSets,
  type FeatureDescription,
  firstFinalRows,
} from "../../features/index.ts";
import { selectionOf } from "../../policy/index.ts";
import { table } from "../terminal/table.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type FeaturesOptions = { readonly list?: boolean; readonly importance?: string };

/** The features of one selection, each with what it means. */
function explain(context: CommandContext, config: Config): void {
  const { output } = context;
  const barMs = timeframeMs(parseTimeframe(config.data.timeframe));
  checkConfig(config, "features");
  const features = describeFeatures(featureSelection(config), barMs);
  const source = output.verbose ? [{ title: "source", drop: 2 }] : [];
  output.text(
    table(
      [
        { title: "feature" },
        { title: "group", drop: 1 },
        { title: "warm-up", align: "right" },
        { title: "meaning", breaks: true },
        ...source,
      ],
      features.map((f) => [f.name, f.group, String(f.warmup), f.description, ...(output.verbose ? [f.source] : [])]),
      output.columns,
    ),
  );
  output.text(`\n${features.length} features; warm-up in bars of ${config.data.timeframe}`);
  output.data({ timeframe: config.data.timeframe, features });
}

/** What there is to choose from: sets, then families, then how a name is written. */
function list(context: CommandContext, config: Config): void {
  const { output } = context;
  const barMs = timeframeMs(parseTimeframe(config.data.timeframe));
  const sets = describeSets(barMs);
  const families = describeFamilies(barMs);
  output.text(
    table(
      [{ title: "set" }, { title: "features", align: "right" }, { title: "starts with", breaks: true }],
      sets.map(({ name, features }) => [name, String(features.length), `${features.slice(0, 6).join(", ")}, ...`]),
      output.columns,
    ),
  );
  output.text("");
  output.text(
    table(
      [
        { title: "family" },
        { title: "group", drop: 1 },
        { title: "such as", drop: 2 },
        { title: "meaning", breaks: true },
      ],
      families.map(({ pattern, group, example, description }) => [pattern, group, example ?? "", description]),
      output.columns,
    ),
  );
  output.text(
    `\n${families.length} families. A name is a family with numbers for #, such as ema50.distance; @ and a longer timeframe reads it off those bars: rsi14@1h. Put names into features.list, or say --features core20, --features rsi14,ema50.distance.`,
  );
  const { list: own, set } = config.features;
  output.text(
    `Configured: ${own.length > 0 ? own.join(", ") : `the set ${set}`}; \`tidemark features --list --features ${own.length > 0 ? "NAMES" : set}\` explains each.`,
  );
  output.data({
    timeframe: config.data.timeframe,
    sets,
    families,
    features: describedSelection(context, config, barMs),
  });
}

/** What is configured; a name that is wrong is told, because it is here that right ones are looked up. */
function describedSelection(context: CommandContext, config: Config, barMs: number): readonly FeatureDescription[] {
  try {
    return describeFeatures(featureSelection(config), barMs);
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    context.warn(`${thrown.what} (in what is configured).`);
    return [];
  }
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
  context.endProgress();
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
      context.output.columns,
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
        new Option("--list", "show the sets and families of features, or explain those that --features names"),
        new Option("--importance <model>", "rank the features by how much a model leans on them"),
      ],
      settings: [
        ["--features <names>", "features.set"],
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
      ],
      examples: [
        ["features --list", "the sets, the families, and how a name is written"],
        ["features --list --features core20", "what each feature of a set means"],
        ["features --symbols BTCUSDT", "their distribution on the stored candles of one symbol"],
        ["features --importance tidemark", "what the newest model leans on, on bars it never saw"],
      ],
      run: async (context, { options }) => {
        const config = context.config();
        if (options.list !== true && options.importance === undefined) checkConfig(config, "features");
        const named = ["features.set", "features.list"].some((key) => config.overridden.has(key));
        if (options.list === true && named) explain(context, config);
        else if (options.list === true) list(context, config);
        else if (options.importance !== undefined) await importance(context, config, options.importance);
        else await check(context, config);
      },
    },
    runner,
  );
}
