/** @file `tidemark verify learning`: that the learner reaches known optima, seed by seed. */
import { type Command, Option } from "commander";
import { ExitCode, TidemarkError } from "../../core/index.ts";
import { GATE_TASKS, type GateRow, runLearningGates, summarizeGates } from "../../learn/index.ts";
import type { NetworkLearner } from "../../policy/index.ts";
import { reportFailure } from "../failure.ts";
import { addVerb, type CommandContext, listOf, type VerbRunner } from "../verb.ts";

type LearningOptions = {
  readonly short?: boolean;
  readonly only?: readonly string[];
  readonly learner?: readonly NetworkLearner[];
  readonly seeds?: string;
  readonly candles?: string;
};

function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function seedsOf(text: string): number[] {
  const seeds = text.split(",").map(Number);
  if (seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)) return seeds;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${text}" is not a list of seeds`,
    where: "--seeds",
    fix: "Write whole numbers with commas between them, such as 1,2,3.",
  });
}

/** One line: task, seed, result, optimum and share, as soon as it is known. */
function tell(context: CommandContext, row: GateRow): void {
  const { output } = context;
  output.endProgress();
  const mark = row.passed ? output.palette.green("passed") : output.palette.red("FAILED");
  const name = `${row.task}, ${row.encoder}${row.learner === "pqn" ? ", PQN" : ""}`.padEnd(36);
  const figures = `${row.result.toPrecision(4)} of ${row.optimum.toPrecision(4)}`.padEnd(22);
  output.text(
    `${mark}  ${name} seed ${row.seed}  ${row.figure.padEnd(16)} ${figures} ${share(row.share).padStart(8)} (${row.bound} ${share(row.gate)})  ${row.seconds.toFixed(1)} s${row.data === undefined ? "" : `  ${row.data}`}`,
  );
}

async function run(context: CommandContext, options: LearningOptions): Promise<number> {
  const { output, signal, clock } = context;
  const rows: GateRow[] = [];
  const gates = runLearningGates({
    form: options.short === true ? "short" : "full",
    ...(options.only === undefined ? {} : { only: options.only }),
    ...(options.learner === undefined ? {} : { learners: options.learner }),
    ...(options.seeds === undefined ? {} : { seeds: seedsOf(options.seeds) }),
    ...(options.candles === undefined ? {} : { dataFolder: options.candles }),
    signal,
    clock,
    onProgress: output.progress.bind(output),
  });
  for await (const row of gates) {
    rows.push(row);
    tell(context, row);
  }
  const summary = summarizeGates(rows);
  output.data({ ...summary, results: rows });
  output.text(`\n${summary.passedRows} of ${summary.rows} gates passed`);
  if (summary.passed) return ExitCode.done;
  const names = [
    ...new Set(summary.failures.map((row) => `${row.task} (${row.learner}, ${row.encoder}, seed ${row.seed})`)),
  ];
  const failure = new TidemarkError("CHECK_FAILED", {
    what: "The learner misses a known optimum",
    where: names.join("; "),
    fix: "Run the task alone with --only to see how it learns; nothing that this version trains should be trusted before.",
  });
  return reportFailure(failure, output, { jsonToo: false });
}

export function registerVerifyLearning(group: Command, runner: VerbRunner): void {
  addVerb<LearningOptions>(
    group,
    {
      name: "learning",
      summary: "The learner reaches the known optimum of each task",
      details: `Tasks: ${GATE_TASKS.join(", ")}.\n\nEach is learned from scratch by five seeds and held against its best possible policy. Ends with 5 where a gate is missed. The full form takes a while; --short is what the test suite runs.`,
      options: [
        new Option("--short", "one seed and smaller budgets"),
        new Option("--only <tasks>", "some tasks, with commas between them").argParser(listOf("--only", GATE_TASKS)),
        new Option("--learner <names>", "ppo or pqn (default: both, one after the other)").argParser(
          listOf("--learner", ["ppo", "pqn"]),
        ),
        new Option("--seeds <list>", "other seeds, such as 1,2,3"),
        new Option(
          "--candles <folder>",
          "5-minute candle files for the task on a real market (default: a synthetic one)",
        ),
      ],
      settings: [],
      examples: [
        ["verify learning", "every task, five seeds each"],
        ["verify learning --short --only cart-pole", "one task, one seed"],
      ],
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}
