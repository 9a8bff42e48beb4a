/** @file `tidemark verify crash`: each write of a session's journal is the last one of its process. */
import type { Command } from "commander";
import { verifyCrash } from "../../app/index.ts";
import { ExitCode, TidemarkError } from "../../core/index.ts";
import { reportFailure } from "../failure.ts";
import { addVerb, type VerbRunner } from "../verb.ts";

const MOMENTS = ["before the write", "after the write"];

export function registerVerifyCrash(group: Command, runner: VerbRunner): void {
  addVerb(
    group,
    {
      name: "crash",
      summary: "A scripted session that dies at every single write of its journal",
      details:
        "One session in virtual time, with entries, a reversal, a reduction, stops, lost brackets, partial fills, a dropped stream, commands and funding, is played once for every moment at which its process can die: before each write of the journal, after it, and after each order or request that follows from it; with the power, which takes what was not flushed, and without. The next process has to find everything: journal and venue agree to the last digit, no order is there twice, every position has its stop, and what was decided is held.",
      options: [],
      examples: [["verify crash", "some 1,700 deaths; about a minute"]],
      run: async (context) => {
        const { output } = context;
        const result = await verifyCrash(context);
        output.text(
          `${result.deaths} deaths in ${result.writes} writes, ${result.inDoubt} of them with orders in doubt`,
        );
        output.text(`  longest time without a stop ${result.longestNakedMs} ms`);
        for (const { write, at, powerCut, violation } of result.violations.slice(0, 20)) {
          const moment = MOMENTS[at] ?? `after effect ${at - 1}`;
          output.text(`  write ${write}, ${moment}${powerCut ? ", with the power" : ""}: ${violation ?? ""}`);
        }
        output.data(result);
        if (result.passed) {
          output.text("nothing was lost, nothing doubled");
          return ExitCode.done;
        }
        const failure = new TidemarkError("CHECK_FAILED", {
          what: `After ${result.violations.length} of ${result.deaths} deaths a promise was broken`,
          fix: "The list names the write, the moment, and the promise.",
        });
        return reportFailure(failure, output, { jsonToo: false });
      },
    },
    runner,
  );
}
