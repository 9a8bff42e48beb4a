/** @file `tidemark bench`: how fast this machine does the work; one line a figure. */
import { cpus } from "node:os";
import { type Command, Option } from "commander";
import { BENCHMARKS as BENCHMARKS_OF_APP, type Benchmark } from "../../app/index.ts";
import { nearestName, TidemarkError } from "../../core/index.ts";
import { apiBenchmark, signInPages } from "../../server/index.ts";
import { LAUNCHER } from "../launcher.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

/** With those of the rooms above the use cases. */
const BENCHMARKS: readonly Benchmark[] = [...BENCHMARKS_OF_APP, apiBenchmark];

function chosen(names: readonly string[]): readonly Benchmark[] {
  const known = BENCHMARKS.map((benchmark) => benchmark.name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const guess = nearestName(name, known);
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `There is no benchmark "${name}"`,
      fix: guess === undefined ? `Benchmarks: ${known.join(", ")}.` : `Did you mean "${guess}"?`,
    });
  }
  return names.length === 0
    ? BENCHMARKS.filter(({ long }) => long !== true)
    : BENCHMARKS.filter((benchmark) => names.includes(benchmark.name));
}

async function bench(context: CommandContext, names: readonly string[], beside: string | undefined): Promise<void> {
  const { output, clock, signal } = context;
  const machine = `${cpus()[0]?.model.trim() ?? "unknown processor"} x ${cpus().length}, Node ${process.versions.node}`;
  output.note(machine);
  for (const benchmark of chosen(names)) {
    signal.throwIfAborted();
    const onProgress = output.progress.bind(output);
    const measurements = await benchmark.run({
      clock,
      signal,
      onProgress,
      launcher: LAUNCHER,
      signIn: signInPages,
      ...(beside === undefined ? {} : { beside }),
    });
    output.endProgress();
    for (const { name, value, unit, detail } of measurements) {
      output.data({ name, ...(value === undefined ? {} : { value }), unit, detail: { ...detail, machine } });
      const figures = Object.entries(detail).map(([key, item]) => `${key} ${String(item)}`);
      const shown = value?.toLocaleString("en-US") ?? "-";
      const line = `${name.padEnd(10)} ${shown.padStart(14)} ${unit}`;
      output.text(`${line.padEnd(48)} ${output.palette.dim(figures.join(", "))}`);
    }
  }
}

export function registerBench(program: Command, runner: VerbRunner): void {
  addVerb<{ readonly beside?: string }>(
    program,
    {
      name: "bench",
      summary: VERB_SUMMARIES.bench,
      details: `Benchmarks:\n${BENCHMARKS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join("\n")}`,
      arguments: [["[names...]", "benchmarks to run (default: all but those that take minutes)"]],
      options: [
        new Option(
          "--beside <program>",
          "a Python that does the same in turn, where it has them: gbdt with LightGBM and scikit-learn, learning with Stable-Baselines3",
        ),
      ],
      examples: [
        ["bench gbdt --beside python3", "boosted trees beside other libraries"],
        ["bench learning --beside python3", "CPU seconds to 90 % of the best policy"],
        ["bench", "everything; a few minutes on an idle machine"],
        ["bench features --json", "one figure as one line of JSON"],
      ],
      run: (context, { args, options }) => bench(context, args, options.beside),
    },
    runner,
  );
}
