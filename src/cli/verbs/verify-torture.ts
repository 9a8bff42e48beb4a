/** @file `tidemark verify torture`: real processes killed at random moments, then journal and venue compared. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { type TortureProof, tortureSession } from "../../app/index.ts";
import { ExitCode, formatSpan, TidemarkError } from "../../core/index.ts";
import { reportFailure } from "../failure.ts";
import { addVerb, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";

type TortureVerbOptions = { readonly kills: number };

const LAUNCHER = join(fileURLToPath(new URL("../../../bin", import.meta.url)), "tidemark.mjs");

function tell({ output }: CommandContext, proof: TortureProof): void {
  const faults = Object.entries(proof.faults).map(([name, count]) => `${name} ${count}`);
  output.text(
    [
      `${proof.kills} kills (${proof.killsAtStart} while starting), ${proof.failedStarts} lives that ended by themselves`,
      `  venue    ${proof.orders} orders, ${proof.executions} executions, ${proof.duplicates} duplicates`,
      `  journal  ${proof.records} records`,
      `  no stop  ${formatSpan(proof.longestNakedMs)} of market time at most, bound ${formatSpan(proof.nakedBoundMs)}`,
      `  faults   ${faults.join(", ") || "none met"}`,
      ...proof.differences.map((difference) => `  differs  ${difference}`),
    ].join("\n"),
  );
  output.data(proof);
}

export function registerVerifyTorture(group: Command, runner: VerbRunner): void {
  addVerb<TortureVerbOptions>(
    group,
    {
      name: "torture",
      summary: "Kills a live session at random moments; nothing may be lost or doubled",
      details:
        "A local venue and a live session run as processes of their own, at 300 times the speed of the market. The session is killed with SIGKILL, while it starts or while it trades, and started again; meanwhile replies to orders are lost and late, and messages are dropped, doubled and reordered. In the end both are compared: orders, executions, positions, fees, funding and traded value to the last digit, cash to 12 decimals (average prices are quotients). A few seconds a kill.",
      options: [new Option("--kills <number>", "how often it is killed").argParser(wholeNumber).default(20)],
      examples: [
        ["verify torture", "twenty kills"],
        ["verify torture --kills 200 --seed 7 --json", "two hundred; the result as JSON"],
      ],
      run: async (context, { options }) => {
        const seed = context.config().seed ?? 1;
        const proof = await tortureSession(context, { kills: options.kills, seed, launcher: LAUNCHER });
        tell(context, proof);
        if (proof.passed) {
          context.output.text("nothing was lost, nothing was doubled");
          return ExitCode.done;
        }
        const failure = new TidemarkError("CHECK_FAILED", {
          what: `Journal and venue differ after ${proof.kills} kills: ${proof.differences[0] ?? "duplicates"}`,
          where: `seed ${seed}`,
          fix: "Each difference is listed above; `--json` holds them all.",
        });
        return reportFailure(failure, context.output, { jsonToo: false });
      },
    },
    runner,
  );
}
