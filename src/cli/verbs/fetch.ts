/** @file `tidemark fetch`: history of a venue into the store; only what is missing is asked for. */

import type { Command } from "commander";
import { dataRoot, fetchHistory } from "../../app/index.ts";
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

export function registerFetch(program: Command, runner: VerbRunner): void {
  addVerb(
    program,
    {
      name: "fetch",
      summary: VERB_SUMMARIES.fetch,
      withoutChance: true,
      details:
        "Only what the store lacks is asked for, and an unfinished bar is never stored. Stopped at any point, it goes on where it was when run again.",
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
      ],
      run: (context) => fetchAll(context),
    },
    runner,
  );
}
