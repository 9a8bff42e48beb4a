/** @file `tidemark verify parity`: what trains is what is tested, bar by bar and fill by fill. */
import { type Command, Option } from "commander";
import { type PaperParity, type PolicyParity, policyParity, reportsFolder } from "../../app/index.ts";
import { ExitCode, TidemarkError } from "../../core/index.ts";
import { type ParityResult, writeResult } from "../../evaluate/index.ts";
import { reportFailure } from "../failure.ts";
import type { Output } from "../terminal/output.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";

type ParityOptions = { readonly model?: string };

function line(result: ParityResult, { palette: color }: Output): string {
  const mark = result.equal ? color.green("equal ") : color.red("DIFFER");
  const text = `${mark}  ${result.name.padEnd(38)} ${String(result.fills).padStart(6)} fills  ${result.environmentHash.slice(0, 16)}`;
  const found = result.differences.map(
    ({ what, bar, detail, count }) => `\n        ${what}, first in bar ${bar} (${count} times): ${detail}`,
  );
  return `${text}${found.join("")}`;
}

function paperLine({ name, equal, fills, paperHash }: PaperParity, { palette: color }: Output): string {
  const mark = equal ? color.green("equal ") : color.red("DIFFER");
  return `${mark}  ${name.padEnd(38)} ${String(fills).padStart(6)} fills  ${paperHash.slice(0, 16)}`;
}

const HOLDS = "parity holds: the same rows, decisions, rewards and fills";

function show(context: CommandContext, model: string | undefined, result: PolicyParity): number {
  const { output } = context;
  const [paper] = result.paper;
  output.text("environment against backtest, on a market made to lead down every path\n");
  for (const run of result.proof) output.text(line(run, output));
  output.text(`\nand on ${result.bars} ${result.synthetic ? "SYNTHETIC" : "real"} ${result.timeframe} bars\n`);
  for (const run of result.results) output.text(line(run, output));
  output.text(paperLine(paper, output));
  if (result.training !== undefined) {
    const mark = result.sameTraining ? output.palette.green("equal ") : output.palette.red("DIFFER");
    output.text(`${mark}  parameters of two trainings with one seed       ${result.training.first.slice(0, 16)}`);
  }
  if (result.results.at(-1)?.fills === 0) {
    output.note("The trained policy did not trade: its rows, memory and values were compared, and no fills.");
  }
  if (result.notWalked.length > 0) {
    output.note(`Not walked on these bars, where they don't lead: ${result.notWalked.join(", ")}.`);
  }
  if (result.unproven.length > 0) output.warn(`no run has walked: ${result.unproven.join(", ")}.`);
  const { sameTraining, timeframe: _, ...data } = result;
  const headline = result.passed ? HOLDS : "Parity does not hold";
  const told = { headline, ...(model === undefined ? {} : { model }), ...data };
  const folder = reportsFolder(context.config());
  const id = writeResult(folder, "parity", model ?? "fresh", context.clock.nowMs(), told);
  output.data({ ...told, result: id });
  if (result.passed) {
    output.text(`\n${HOLDS}`);
    return ExitCode.done;
  }
  const differing = [...result.proof, ...result.results].filter((run) => !run.equal).map(({ name }) => name);
  const failure = new TidemarkError("CHECK_FAILED", {
    what: "Parity does not hold",
    where: [...differing, ...(sameTraining ? [] : ["training"]), ...(paper.equal ? [] : [paper.name])].join("; "),
    fix: "Nothing that was trained or tested with this version should be trusted before this is understood.",
  });
  return reportFailure(failure, output, { jsonToo: false });
}

export function registerVerifyParity(group: Command, runner: VerbRunner): void {
  addVerb<ParityOptions>(
    group,
    {
      name: "parity",
      summary: "Environment and backtest are one, to the last bit",
      details:
        "Scripts that walk every path of the simulated exchange, and a trained policy, are played bar by bar through the environment that trains and the backtest that judges. Feature rows, accounts, rewards and fills must be equal to the last bit; memory, values and decisions of the training actor and of the policy file to the rounding of float32. Without --model a small policy is trained twice, which must give the same parameters. Without stored candles the synthetic market is used. Ends with 5 where anything differs.",
      options: [new Option("-m, --model <model>", "a trained model instead of a fresh small one")],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--models-dir <folder>", "paths.models"],
        ["--reports-dir <folder>", "paths.reports"],
      ],
      examples: [
        ["verify parity", "on the stored candles, with a policy trained for it"],
        ["verify parity --model tidemark --json", "with a model of yours, as JSON"],
      ],
      run: async (context, { options: { model } }) =>
        show(context, model, await policyParity(context, context.config(), model)),
    },
    runner,
  );
}
