/** @file `tidemark fetch`: history of a venue into the store; only what is missing is asked for. */

import { type Command, Option } from "commander";
import { dataRoot, fetchAlternative, fetchHistory } from "../../app/index.ts";
import { ExitCode } from "../../core/index.ts";
import type { Collected } from "../../market/index.ts";
import { countsText } from "../terminal/figures.ts";
import type { Output } from "../terminal/output.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

/** What came of each symbol. */
export function printCollected(output: Output, sets: readonly Collected[]): void {
  for (const { key, symbol, venue, candles, funding, marks } of sets) {
    const marked = marks === undefined ? "" : `; mark prices ${countsText(marks)}`;
    output.text(
      `${symbol} ${key?.timeframe ?? ""} (${venue}): ${countsText(candles)}; funding ${countsText(funding)}${marked}`,
    );
  }
}

async function fetchAll(context: CommandContext): Promise<number> {
  const config = context.config();
  const { source, sets } = await fetchHistory(context, config);
  printCollected(context.output, sets);
  context.output.data({ source, root: dataRoot(config), sets });
  return ExitCode.done;
}

/** What came of each series, what was left out and why. Ends as the first failure says, where there was one. */
async function fetchSeries(context: CommandContext, names: readonly string[]): Promise<number> {
  const { output } = context;
  const config = context.config();
  const { fetched, skipped } = await fetchAlternative(context, config, names, {
    onFetched: ({ id, key, counts, questions }) => {
      if (questions === 0) return output.text(`${id} ${key}: nothing is missing`);
      const refused = counts.refused > 0 ? `, ${counts.refused} refused (no number, or dated in the future)` : "";
      output.text(
        `${id} ${key}: ${counts.added} added, ${counts.revised} revised, ${counts.unchanged} as before${refused}`,
      );
    },
    onSkipped: ({ names: left, reason, failure }) => {
      const text = `${left.join(", ")}: ${reason}`;
      if (failure === undefined) output.note(text);
      else output.warn(`${text} (${failure.code})${failure.where === undefined ? "" : `, ${failure.where}`}`);
    },
  });
  // What a source doesn't have, such as a coin's metric, is no failure as long as there is something else.
  const refusals = skipped.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  const failures = fetched.length === 0 ? refusals : refusals.filter(({ code }) => code !== "VENUE_REJECTED");
  if (failures.length > 0) {
    const many = failures.length === 1 ? "One question was" : `${failures.length} questions were`;
    output.error(`${many} not answered; what was is stored. Run it again to go on.`);
  } else if (fetched.length > 0)
    output.note("Next: `tidemark data alternative check`; features of it are in docs/features.md.");
  output.data({
    root: dataRoot(config),
    fetched,
    skipped: skipped.map(({ names: left, reason, failure }) => ({ names: left, reason, code: failure?.code })),
  });
  return failures[0]?.exitCode ?? ExitCode.done;
}

type FetchFlags = { readonly alternative?: true | readonly string[] };

export function registerFetch(program: Command, runner: VerbRunner): void {
  addVerb<FetchFlags>(
    program,
    {
      name: "fetch",
      summary: VERB_SUMMARIES.fetch,
      withoutChance: true,
      details:
        "Only what the store lacks is asked for, and an unfinished bar is never stored. Stopped at any point, it goes on where it was when run again. With --alternative the series beside candles are fetched in their place: groups are perp, sentiment and onchain; `tidemark data alternative sources` lists sources and series.",
      options: [
        new Option(
          "--alternative [names...]",
          "open interest, sentiment, chains: groups, sources or series; all without a name",
        ),
      ],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--kind <kind>", "data.kind"],
        ["--from <date>", "data.from"],
        ["--to <date>", "data.to"],
        ["--days <count>", "data.fetch_days"],
        ["--data-dir <folder>", "data.root"],
      ],
      examples: [
        ["fetch", "the configured symbols, the last 180 days"],
        ["fetch --symbols BTCUSDT,ETHUSDT --timeframe 1h --from 2024-01-01", "two symbols since a date"],
        ["fetch --alternative perp fear-greed --from 2025-01-01", "series beside candles, of a group and of a source"],
      ],
      run: (context, { options: { alternative } }) =>
        alternative === undefined ? fetchAll(context) : fetchSeries(context, alternative === true ? [] : alternative),
    },
    runner,
  );
}
