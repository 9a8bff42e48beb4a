/** @file `tidemark stress`: a model or a rule through crashes, gaps, outages and its own crises. */
import { type Command, Option } from "commander";
import { openSubject, reportsFolder, type SubjectOptions, stressPlayer } from "../../app/index.ts";
import { formatMinute, TidemarkError } from "../../core/index.ts";
import {
  runStress,
  SCENARIOS,
  STRESS_HEAD,
  type StressResult,
  stressCells,
  stressHeadline,
  stressPage,
  stressSentences,
  writePage,
} from "../../evaluate/index.ts";
import { gathered, paramOption, strategyOption, unusedParam } from "../strategy-options.ts";
import { figureTable } from "../terminal/table.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type Options = SubjectOptions & {
  readonly scenario?: string;
  readonly severity?: string;
  readonly combine?: readonly string[];
  readonly findCrises?: boolean;
  readonly monteCarlo?: string;
  readonly noise?: string;
  readonly parallel?: string;
  readonly report: boolean;
};

function words(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function numbers(text: string, flag: string): number[] {
  const values = words(text, ",").map(Number);
  if (values.length > 0 && values.every((value) => Number.isFinite(value) && value > 0)) return values;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${text}" is not a list of numbers above zero`,
    where: flag,
    fix: "Write them with commas, such as 0.1,0.2,0.4.",
  });
}

function count(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${text}" is not a whole number`,
    where: flag,
    fix: "Give 0 or more.",
  });
}

function print({ output }: CommandContext, result: StressResult): void {
  const rows = [result.baseRow, ...result.rows].map(stressCells);
  output.text(figureTable(STRESS_HEAD, rows, output.columns, ["Refused", "Costs"]));
  output.text(`\n${output.palette.bold(stressHeadline(result))}`);
  for (const sentence of stressSentences(result)) output.text(`  ${sentence}`);
}

async function run(context: CommandContext, options: Options): Promise<void> {
  const { output } = context;
  const config = context.config();
  const { name, tape, decision, rows, seed, policyOn } = await openSubject(context, options);
  const monteCarlo = count(options.monteCarlo, "--monte-carlo");
  const perturbed = count(options.noise, "--noise");
  const parallel = count(options.parallel, "--parallel") ?? 0;
  const player = stressPlayer(context, config, { ...options, dataFingerprint: tape.fingerprint }, parallel);
  const started = context.clock.elapsedMs();
  const result = await runStress({
    tape,
    decision,
    policyOn,
    ...rows,
    balance: config.backtest.initialBalance,
    seed,
    ...(options.scenario === undefined ? {} : { scenarios: words(options.scenario, ",") }),
    ...(options.severity === undefined ? {} : { severities: numbers(options.severity, "--severity") }),
    combinations: (options.combine ?? []).map((text) => words(text, "+")),
    findCrises: options.findCrises === true,
    ...(monteCarlo === undefined ? {} : { monteCarlo }),
    ...(perturbed === undefined ? {} : { perturbed }),
    ...(player === undefined ? {} : { player }),
    signal: context.signal,
    onProgress: output.progress.bind(output),
  });
  output.endProgress();
  const seconds = Math.max(0.001, (context.clock.elapsedMs() - started) / 1_000);
  output.text(
    `${name} on ${rows.to - rows.from} ${tape.timeframe} bars from ${formatMinute(tape.timeMs[rows.from])} UTC\n`,
  );
  print(context, result);
  output.text(
    `\n${result.backtests} backtests in ${seconds.toFixed(1)} s, ${(result.backtests / seconds).toFixed(1)}/s`,
  );
  const data = {
    name,
    symbols: tape.instruments.map(({ symbol }) => symbol),
    dataFingerprint: tape.fingerprint,
    seed,
    headline: stressHeadline(result),
    base: result.baseRow,
    rows: result.rows,
    crises: result.crises,
    monteCarlo: result.monteCarlo,
    perturbed: result.perturbed,
  };
  const head = [
    "scenario",
    "severity",
    "survived",
    "total_return",
    "worst_equity",
    "max_drawdown",
    "recovery_days",
    "execution",
    "refused",
  ];
  const page = options.report
    ? writePage(reportsFolder(config), "stress", name, context.clock.nowMs(), {
        html: stressPage(name, result),
        data,
        tables: {
          "scenarios.csv": {
            head,
            rows: result.rows.map((row) => [
              row.scenario,
              row.severity,
              String(row.survived),
              row.totalReturn,
              row.worstEquity,
              row.maxDrawdown,
              row.recoveryDays ?? "",
              row.execution,
              row.refused,
            ]),
          },
        },
      })
    : undefined;
  if (page !== undefined) output.text(`report      ${page.htmlPath}`);
  output.data({ ...data, report: page });
}

export function registerStress(program: Command, runner: VerbRunner): void {
  addVerb<Options>(
    program,
    {
      name: "stress",
      summary: VERB_SUMMARIES.stress,
      details: `Scenarios: ${SCENARIOS.map(({ name }) => name).join(", ")}. Each begins where the policy has most at stake and is turned against the side that it leans to; each at three severities unless told otherwise. Then its trades and returns are drawn in other orders, and its candles get noise.`,
      options: [
        new Option("-m, --model <model>", 'a name, "name/version", or a folder'),
        strategyOption(),
        paramOption(),
        new Option("--scenario <list>", "some scenarios, with commas between them (default: all)"),
        new Option("--severity <list>", "other severities, with commas between them"),
        new Option(
          "--combine <list>",
          'scenarios that strike together, such as "gaps+spread"; may be repeated',
        ).argParser(gathered),
        new Option("--find-crises", "show the greatest moves of these data and what the policy did in them"),
        new Option("--monte-carlo <runs>", "runs of trades and returns in another order (default: 1000)"),
        new Option("--noise <runs>", "backtests on candles with noise (default: 20)"),
        new Option(
          "--parallel <count>",
          "processes that play the runs side by side; 0 for one a core where it is worth it",
        ).default("0"),
        new Option("--from <date>", "first bar (default: after the training; all bars for a rule)"),
        new Option("--to <date>", "end, exclusive"),
        new Option("--no-report", "print only, write no report"),
      ],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--balance <amount>", "backtest.initial_balance"],
        ["--models-dir <folder>", "paths.models"],
        ["--reports-dir <folder>", "paths.reports"],
      ],
      examples: [
        ["stress --model tidemark --find-crises", "every scenario, and the crises in the data"],
        ["stress --strategy sma-cross --scenario flash-crash --severity 0.2,0.5", "a rule in some of them"],
      ],
      unused: unusedParam,
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}
