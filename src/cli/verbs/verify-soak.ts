/** @file `tidemark verify soak`: hours of trading, and what grows meanwhile. */
import { type Command, Option } from "commander";
import { soakSession, thirds } from "../../app/index.ts";
import { ExitCode, TidemarkError } from "../../core/index.ts";
import { reportFailure } from "../failure.ts";
import { LAUNCHER } from "../launcher.ts";
import { addVerb, type VerbRunner, wholeNumber } from "../verb.ts";

type SoakVerbOptions = { readonly hours: number; readonly speed: number };

export function registerVerifySoak(group: Command, runner: VerbRunner): void {
  addVerb<SoakVerbOptions>(
    group,
    {
      name: "soak",
      summary: "Hours of trading at the local venue: memory, open files and queues stay flat",
      details:
        "A live session and the local venue run as processes of their own. Looked at are the session's resident memory, its open files, how many bars it is behind the market, and its timers and open orders, each as the median of the first, the middle and the last third. Flat means: in the last third memory is at most 15 % and 16 MB above the middle, there are at most 4 more open files and 8 more timers and orders than at first, and at most 2 bars wait. A session that did not trade proves nothing.",
      options: [
        new Option("--hours <number>", "market time").argParser(wholeNumber).default(24),
        new Option("--speed <factor>", "market time a second").argParser(wholeNumber).default(60),
      ],
      examples: [
        ["verify soak --hours 24 --speed 60", "a day of the market in 24 minutes"],
        ["verify soak --hours 2 --speed 300", "a first look, in half a minute"],
      ],
      run: async (context, { options }) => {
        const { output } = context;
        const seed = context.config().seed ?? 1;
        const result = await soakSession(context, { ...options, seed, launcher: LAUNCHER });
        const { executions, records, journalMb, findings, figures } = result;
        output.text(
          `${result.hours} hours at ${result.speed} times the speed: ${executions} fills, ${records} records`,
        );
        output.text(`                         first   middle     last`);
        for (const [name, key, digits] of [
          ["memory, MB", "residentMb", 0],
          ["open files", "handles", 0],
          ["bars behind", "lagBars", 2],
          ["timers and open orders", "waiting", 0],
        ] as const) {
          const cells = thirds(figures, key).map((value) => value.toFixed(digits).padStart(8));
          output.text(`  ${name.padEnd(22)} ${cells.join(" ")}`);
        }
        output.text(`  journal ${journalMb.toFixed(1)} MB, ${figures.length} looks`);
        output.data(result);
        if (result.passed) {
          output.text("nothing grows");
          return ExitCode.done;
        }
        const failure = new TidemarkError("CHECK_FAILED", { what: `The soak did not pass: ${findings.join("; ")}` });
        return reportFailure(failure, output, { jsonToo: false });
      },
    },
    runner,
  );
}
