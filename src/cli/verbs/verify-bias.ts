/** @file `tidemark verify bias`: what a policy does whatever happens. */
import { type Command, Option } from "commander";
import { decisionSettings, openSubject, openTape, reportsFolder, type SubjectOptions } from "../../app/index.ts";
import { ExitCode } from "../../core/index.ts";
import {
  analyzeBias,
  baselineConfig,
  biasFindings,
  biasHeadline,
  biasPage,
  featureImportance,
  type ImportanceResult,
  plantBiases,
  writePage,
} from "../../evaluate/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { sliceTape } from "../../market/index.ts";
import { selectionOf } from "../../policy/index.ts";
import { printPlanted } from "../print/planted.ts";
import { paramOption, strategyOption, unusedParam } from "../strategy-options.ts";
import { figureTable } from "../terminal/table.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";

type Options = SubjectOptions & {
  readonly sensitivity: boolean;
  readonly report: boolean;
  readonly planted?: boolean;
};

/** Bars on which habits are planted. */
const PLANTED_BARS = 5_000;

async function runPlanted(context: CommandContext): Promise<number> {
  const config = context.config();
  const whole = await openTape(context, config);
  const tape = sliceTape(whole, Math.max(0, whole.bars - PLANTED_BARS), whole.bars);
  const planted = await plantBiases({
    tape,
    decision: baselineConfig(decisionSettings(config)),
    balance: config.backtest.initialBalance,
    seed: config.seed ?? 1,
    signal: context.signal,
    onProgress: context.output.progress.bind(context.output),
  });
  return printPlanted(context, tape, planted);
}

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

async function run(context: CommandContext, options: Options): Promise<number> {
  if (options.planted === true) return runPlanted(context);
  const { output } = context;
  const config = context.config();
  const subject = await openSubject(context, options);
  const { name, tape, decision, rows, seed, policyOn, model } = subject;
  const shared = {
    decision,
    ...rows,
    balance: config.backtest.initialBalance,
    seed,
    signal: context.signal,
    onProgress: output.progress.bind(output),
  };
  const result = await analyzeBias({ ...shared, tape, policyOn });
  let sensitivity: ImportanceResult | undefined;
  if (options.sensitivity && model !== undefined && model.classifier === undefined) {
    const features = computeFeatures(tape, selectionOf(model.manifest));
    sensitivity = await featureImportance({ ...shared, model, tape, features });
  }
  output.endProgress();
  const findings = biasFindings(result);
  output.text(`${name}: ${biasHeadline(findings)}\n`);
  for (const { text, correction, serious } of findings) {
    output.text(
      `${serious ? output.palette.red("-") : output.palette.yellow("~")} ${text}\n  ${output.palette.dim(correction)}`,
    );
  }
  const shares = [
    { name: "all", ...result.all },
    { name: "upside down", ...result.mirrored },
    ...result.groups.filter(({ kind }) => kind !== "hour"),
  ].map((group) => [group.name, String(group.bars), percent(group.long), percent(group.short), percent(group.flat)]);
  output.text("");
  output.text(figureTable(["", "bars", "long", "short", "flat"], shares, output.columns));
  output.text(
    `\nsymmetry ${result.symmetry === null ? "n/a" : result.symmetry.toFixed(2)} (1: even-handed), explained by the hour ${percent(result.explainedByHour)}`,
  );
  if (sensitivity !== undefined) {
    const most = sensitivity.features.slice(0, 5).map((feature) => `${feature.name} ${percent(feature.changed)}`);
    output.text(`leans most on ${most.join(", ")}`);
  }
  const { evaluation, ...figures } = result;
  const data = {
    name,
    findings,
    headline: biasHeadline(findings),
    ...figures,
    statistics: evaluation.statistics,
    sensitivity,
  };
  const page = options.report
    ? writePage(reportsFolder(config), "bias", name, context.clock.nowMs(), {
        html: biasPage(name, result, sensitivity),
        data,
        tables: {
          "groups.csv": {
            head: ["kind", "name", "bars", "long", "short", "flat"],
            rows: result.groups.map((group) => [
              group.kind,
              group.name,
              group.bars,
              group.long,
              group.short,
              group.flat,
            ]),
          },
        },
      })
    : undefined;
  if (page !== undefined) output.text(`report      ${page.htmlPath}`);
  output.data({ ...data, report: page });
  return findings.some((finding) => finding.serious) ? ExitCode.refused : ExitCode.done;
}

export function registerVerifyBias(group: Command, runner: VerbRunner): void {
  addVerb<Options>(
    group,
    {
      name: "bias",
      summary: "What a policy does whatever happens",
      details:
        "Positions by symbol, regime, session and hour; the same market upside down; how much the hour alone explains; sizes at their ends; and how much each feature changes. Ends with 5 where a habit makes the policy worthless: always on one side, blind to direction, or trading the clock.",
      options: [
        new Option("-m, --model <model>", 'a name, "name/version", or a folder'),
        strategyOption(),
        paramOption(),
        new Option("--from <date>", "first bar (default: after the training; all bars for a rule)"),
        new Option("--to <date>", "end, exclusive"),
        new Option("--no-sensitivity", "leave the features out: a backtest for each"),
        new Option("--planted", "the check itself: plants habits on these data and must find them"),
        new Option("--no-report", "print only, write no report"),
      ],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--models-dir <folder>", "paths.models"],
        ["--reports-dir <folder>", "paths.reports"],
      ],
      examples: [
        ["verify bias --model tidemark", "a model, with charts and a CSV"],
        ["verify bias --planted", "does the check find a habit on these data?"],
        ["verify bias --strategy buy-and-hold --no-report", "a rule that is always long"],
      ],
      unused: (options) => [
        ...(options.planted === true
          ? [
              [
                "beside --planted, which plants policies of its own on the newest bars",
                ["--model", "--strategy", "--param", "--from", "--to", "--no-sensitivity", "--no-report"],
              ] as const,
            ]
          : []),
        ...unusedParam(options),
        ...(options.strategy === undefined
          ? []
          : [["beside --strategy, which has no inputs to leave out", ["--no-sensitivity"]] as const]),
      ],
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}
