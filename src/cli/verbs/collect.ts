/** @file `tidemark collect`: records alternative series as they come, until it is stopped. */
import { type Command, Option } from "commander";
import { type CollectReport, collectAlternative } from "../../app/index.ts";
import { formatMinute, formatSpan, MINUTE_MS } from "../../core/index.ts";
import { addVerb, amount, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type CollectFlags = { readonly report: number };

/** One line: how much came, and what didn't. */
function reportText({ fromMs, toMs, values, revised, headlines, missing, failing }: CollectReport): string {
  const counts = Object.values(values);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const parts = [
    total === 0 ? "no new value" : `${total} ${total === 1 ? "value" : "values"} of ${counts.length} series`,
    ...(headlines > 0 ? [`${headlines} headlines`] : []),
    ...(revised > 0 ? [`${revised} revised`] : []),
  ];
  const lost = Object.entries(missing).map(([name, count]) => `${name} ${count}`);
  const lines = [`${formatMinute(toMs)} UTC: ${parts.join(", ")} in ${formatSpan(toMs - fromMs)}`];
  if (lost.length > 0) lines.push(`  intervals without a row: ${lost.join(", ")}`);
  if (failing.length > 0) lines.push(`  failing now: ${failing.join(", ")}`);
  return lines.join("\n");
}

async function collect(context: CommandContext, names: readonly string[], { report }: CollectFlags): Promise<void> {
  const { output } = context;
  const reportMs = Math.max(1, report * MINUTE_MS);
  await collectAlternative(
    context,
    context.config(),
    names,
    { reportMs },
    {
      onStart: (series, feeds) => {
        const from = feeds.length > 0 ? `, and headlines of ${feeds.join(", ")}` : "";
        output.text(`Recording ${series.length} series${from}. Ctrl-C stops it.`);
        output.detail(series.join(", "));
      },
      onGap: ({ id, key, fromMs, toMs, canBeFilled }) => {
        const fate = canBeFilled
          ? "its values are fetched now, and count as fetched afterwards"
          : "nothing of it can be had any more";
        output.warn(
          `${id} ${key}: not recorded for ${formatSpan(toMs - fromMs)} since ${formatMinute(fromMs)} UTC; ${fate}.`,
        );
      },
      onReport: (told) => {
        output.text(reportText(told));
        output.data(told);
      },
    },
  );
}

export function registerCollect(program: Command, runner: VerbRunner): void {
  addVerb<CollectFlags>(
    program,
    {
      name: "collect",
      summary: VERB_SUMMARIES.collect,
      withoutChance: true,
      details:
        "What is seen as it comes is worth most: it is known from then, and a series that its source revises can only be trusted where it was recorded. Liquidations, the book, waiting transactions and headlines have no history at all. A source that fails is told once and tried again; a gap since the last run is told at the start. deploy/tidemark-collect.service runs it as a service.",
      arguments: [["[names...]", "groups (perp, sentiment, onchain), sources or series; all without any"]],
      options: [new Option("--report <minutes>", "minutes between two lines").default(60).argParser(amount)],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--data-dir <folder>", "data.root"],
      ],
      examples: [
        ["collect", "everything that needs no key, for the configured symbols"],
        ["collect perp fear-greed --symbols BTCUSDT", "a group and a source, for one symbol"],
      ],
      run: (context, { args, options }) => collect(context, args, options),
    },
    runner,
  );
}
