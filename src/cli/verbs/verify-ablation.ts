/** @file `tidemark verify ablation`: whether a group of features adds anything, told honestly. */
import { type Command, Option } from "commander";
import { type Ablated, ablate, ablateTogether } from "../../app/index.ts";
import { formatDay, TidemarkError } from "../../core/index.ts";
import { type AblationSide, ablationVerdict, daysPerYear, type PlantedSource } from "../../evaluate/index.ts";
import { GROUP_NAMES } from "../../features/index.ts";
import { printPlanted } from "../print/planted.ts";
import { figureTable } from "../terminal/table.ts";
import { addVerb, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";

type Options = {
  readonly group?: string;
  readonly seeds: number;
  readonly placebos?: number;
  readonly parallel: number;
  readonly planted?: boolean;
};

/** Placebos with which none may be as good for a gain to count: 1 / 20 is 5 %. */
const PLACEBOS = 20;
const SEEDS = 5;

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

function columnOf(name: string, side: AblationSide, yearly: number): string[] {
  const { totalReturn, sharpe, deflatedSharpe, auc, skill, trades, ladder } = side;
  return [
    name,
    percent(totalReturn),
    ...ladder.map((rung) => percent(rung.totalReturn)),
    sharpe === null ? "-" : (sharpe * Math.sqrt(yearly)).toFixed(2),
    deflatedSharpe === null ? "-" : percent(deflatedSharpe),
    auc === null ? "-" : auc.toFixed(4),
    skill === null ? "-" : skill.toFixed(5),
    trades.toFixed(0),
  ];
}

function print({ output }: CommandContext, ablated: Ablated): void {
  const { tape, result, added, left, series, clocks, learner } = ablated;
  const { palette } = output;
  const { timeMs, bars, barMs } = tape;
  const symbols = tape.instruments.map(({ symbol }) => symbol).join(" ");
  output.text(
    `${ablated.group} on ${bars} ${tape.timeframe} bars of ${symbols}, ${formatDay(timeMs[0])} to ${formatDay(timeMs[bars - 1] + barMs)}; ${result.days} days tested`,
  );
  output.text(`added to ${ablated.common.length} features: ${added.join(", ")}`);
  if (left.length > 0) output.text(palette.dim(`left out, not stored: ${left.join(", ")}`));
  for (const { id, provenance, licence } of series) output.text(palette.dim(`${id}: ${provenance}; ${licence}`));
  const yearly = daysPerYear(tape.instruments);
  const head = [
    "",
    "net",
    ...result.with.ladder.map(({ costs }) => (costs === 0 ? "no costs" : `costs x${costs}`)),
    "Sharpe",
    "deflated",
    "AUC",
    "skill",
    "trades",
  ];
  output.text("");
  output.text(
    figureTable(
      head,
      [columnOf("without", result.without, yearly), columnOf("with", result.with, yearly)],
      output.columns,
    ),
  );
  output.text(
    `\n${learner}, ${result.seeds} seed${result.seeds === 1 ? "" : "s"}, ${result.placebos.count} shifted copies, ${result.variants} variants trained`,
  );
  for (const { name, correlation } of clocks) {
    output.text(palette.yellow(`${name} mostly tells the time (r = ${correlation.toFixed(2)})`));
  }
  if (ablated.nonCommercial.length > 0) {
    output.text(palette.yellow(`rests on data that may not be used commercially: ${ablated.nonCommercial.join(", ")}`));
  }
  if (ablated.unpromotable !== undefined)
    output.text(palette.yellow(`a gain could not promote a model: ${ablated.unpromotable}`));
  output.text(`\n${palette.bold(ablationVerdict(ablated.group, result))}`);
}

async function runPlanted(context: CommandContext, options: Options): Promise<number> {
  const found: Ablated[] = [];
  for (const planted of ["in-time", "late"] as const satisfies readonly PlantedSource[]) {
    context.output.note(`planted: a source that knows the future, ${planted}`);
    const group = `planted, ${planted}`;
    const { placebos = PLACEBOS } = options;
    found.push(await ablate(context, context.config(), { ...options, placebos, group, planted }));
  }
  const [inTime, late] = found;
  const added = ["adds", "adds-little"].includes(inTime.result.finding);
  return printPlanted(context, inTime.tape, [
    { fault: "a source that knows the future, in time", passed: added, said: saidOf(inTime) },
    {
      fault: "nothing",
      passed: !["adds", "adds-little"].includes(late.result.finding),
      said: saidOf(late),
    },
  ]);
}

const saidOf = ({ group, result }: Ablated): string => ablationVerdict(group, result);

async function run(context: CommandContext, options: Options): Promise<number> {
  if (options.planted === true) return runPlanted(context, options);
  const { group, seeds, parallel } = options;
  const groups = [...new Set((group ?? "").split(",").map((name) => name.trim()))].filter((name) => name !== "");
  if (groups.length === 0) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "There is no group to leave out",
      where: "--group",
      fix: `Name one, or several with commas between them: ${GROUP_NAMES.join(", ")}.`,
    });
  }
  // Corrected for so many groups, fewer copies could show nothing of any of them.
  const placebos = options.placebos ?? PLACEBOS * groups.length;
  const all = await ablateTogether(context, context.config(), groups, { seeds, placebos, parallel });
  for (const [i, ablated] of all.entries()) {
    if (i > 0) context.output.text("");
    print(context, ablated);
  }
  const told = all.map(({ tape, ...data }) => ({
    ...data,
    symbols: tape.instruments.map(({ symbol }) => symbol),
    timeframe: tape.timeframe,
    dataFingerprint: tape.fingerprint,
    verdict: ablationVerdict(data.group, data.result),
  }));
  context.output.data(told.length === 1 ? told[0] : { groups: told });
  return 0;
}

export function registerVerifyAblation(group: Command, runner: VerbRunner): void {
  addVerb<Options>(
    group,
    {
      name: "ablation",
      summary: "Whether a group of features adds anything, beside copies of it that can mean nothing",
      details: `Trains and tests a classifier without the group and with it: same bars, budget, costs and rule, seed by seed, and the same with the group moved in time. The first 60 % of the bars train, the rest is tested. "Adds nothing" is a result like any other. With --learner ppo a policy is trained in its place, for groups of stored series. Several groups are several looks at the same test: each is corrected for their number. Stopped and asked again, it goes on.\n\nGroups: ${GROUP_NAMES.join(", ")}.`,
      options: [
        new Option("--group <names>", "features to leave out and add; several, with commas, are counted together"),
        new Option("--seeds <count>", "trainings of each side").argParser(wholeNumber).default(SEEDS),
        new Option(
          "--placebos <count>",
          `copies of the group moved by 30 to 300 days (default: ${PLACEBOS} for each group that is asked)`,
        ).argParser(wholeNumber),
        new Option("--parallel <count>", "processes at once; 0 for one a core").argParser(wholeNumber).default(0),
        new Option("--planted", "the check itself: a source that knows the future must be found, a late one must not"),
      ],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--from <date>", "data.from"],
        ["--to <date>", "data.to"],
        ["--learner <name>", "model.learner"],
        ["--steps <count>", "training.total_steps"],
        ["--features <set>", "features.set"],
      ],
      examples: [
        ["verify ablation --group sentiment", "boosted trees, five seeds, twenty shifted copies"],
        ["verify ablation --group onchain --learner logistic", "a quick look"],
        ["verify ablation --group perp,sentiment,onchain", "three groups, corrected for being three"],
        [
          "verify ablation --group sentiment --learner ppo --steps 20000",
          "by a policy in place of a classifier; half an hour and more",
        ],
        ["verify ablation --planted", "would it find a source that is worth something?"],
      ],
      unused: ({ planted }) =>
        planted === true ? [["beside --planted, which plants a group of its own", ["--group"]]] : [],
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}
