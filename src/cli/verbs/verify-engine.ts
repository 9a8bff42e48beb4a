/** @file `tidemark verify engine`: trading days simulated from a seed, with every fault there is. */
import { type Command, Option } from "commander";
import { verifyEngine } from "../../app/index.ts";
import { ExitCode, TidemarkError } from "../../core/index.ts";
import { reportFailure } from "../failure.ts";
import { addVerb, type VerbRunner, wholeNumber } from "../verb.ts";

type EngineOptions = { readonly days: number; readonly planted: boolean };

export function registerVerifyEngine(group: Command, runner: VerbRunner): void {
  addVerb<EngineOptions>(
    group,
    {
      name: "engine",
      summary: "Trading days from a seed, with crashes, lost replies and broken streams",
      details:
        "Engine, journal, venue and network run in one process on virtual time: crashes that lose what was not flushed, requests and replies that are lost or late, stream events that are dropped, doubled and reordered. After every input: no order without its intent and quote, no position without a stop beyond its bound, caps and halts hold; at the end of a day journal and venue agree to the last digit. Every fourth seed is a day of spot, where stops and targets are orders of the engine's own: none outlives its holding. A failure names its seed. With --planted, defects are put in on purpose, and each must be noticed.",
      options: [
        new Option("--days <number>", "simulated days").argParser(wholeNumber).default(30),
        new Option("--no-planted", "leave the planted defects out"),
      ],
      examples: [
        ["verify engine --days 30", "thirty days, then each planted defect"],
        ["verify engine --days 1000 --seed 7", "days with the seeds 7 to 1006"],
      ],
      run: async (context, { options }) => {
        const { output } = context;
        const first = context.config().seed ?? 1;
        const result = await verifyEngine(context, { days: options.days, first, planted: options.planted });
        output.text(
          `${result.days} days (${result.spotDays} of spot), ${result.orders} orders, ${result.executions} fills, ${result.records} records`,
        );
        output.text(
          `  ${result.daysASecond.toFixed(1)} days a second, longest time without a stop ${result.longestNakedMs} ms`,
        );
        output.text(
          `  faults: ${Object.entries(result.faults)
            .map(([name, count]) => `${name} ${count}`)
            .join(", ")}`,
        );
        for (const { seed, violation } of result.violations) output.text(`  seed ${seed}: ${violation}`);
        for (const { name, seed, violation } of result.planted) {
          output.text(
            `  planted ${name.padEnd(20)} ${seed === undefined ? "NOT NOTICED" : `seed ${seed}: ${violation}`}`,
          );
        }
        output.data(result);
        if (result.passed) {
          output.text("no promise was broken");
          return ExitCode.done;
        }
        const missed = result.planted.filter(({ seed }) => seed === undefined).map(({ name }) => name);
        const failure = new TidemarkError("CHECK_FAILED", {
          what:
            result.violations.length > 0
              ? `${result.violations.length} of ${result.days} simulated days broke a promise`
              : `Planted defects were not noticed: ${missed.join(", ")}`,
          where: result.violations.map(({ seed }) => `seed ${seed}`).join(", "),
          fix: "Repeat one with `tidemark verify engine --days 1 --seed SEED`.",
        });
        return reportFailure(failure, output, { jsonToo: false });
      },
    },
    runner,
  );
}
