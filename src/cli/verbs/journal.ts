/** @file `tidemark journal`: what a trading session has written, checked, exported, archived, and explained order by order. */
import { type Command, Option } from "commander";
import { archiveJournal, exportJournal, journalOrder, listJournals, verifyJournalOf } from "../../app/index.ts";
import { ExitCode, parseDate, TidemarkError } from "../../core/index.ts";
import { reportFailure } from "../failure.ts";
import { addGroup, addVerb, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type ArchiveOptions = { readonly before: string };
type ExportOptions = { readonly out?: string; readonly csv?: boolean };

export function registerJournal(program: Command, runner: VerbRunner): void {
  const group = addGroup(program, "journal", VERB_SUMMARIES.journal, [["journal ls", "the sessions that have one"]]);
  const settings = [["--state <folder>", "trade.state"]] as const;
  addVerb(
    group,
    {
      name: "ls",
      summary: "List the sessions that have a journal",
      withoutChance: true,
      settings,
      examples: [["journal ls", "every session, newest first"]],
      run: async (context) => {
        const found = listJournals(context.config());
        for (const { session, records, first, last } of found) {
          context.output.text(`${session.padEnd(36)} ${String(records).padStart(9)} records  ${first} to ${last}`);
        }
        if (found.length === 0) context.output.text("No session has a journal yet.");
        context.output.data(found);
      },
    },
    runner,
  );
  addVerb(
    group,
    {
      name: "verify",
      summary: "Check every record of a journal, and name those that are torn or altered",
      withoutChance: true,
      arguments: [["<session>", 'as `journal ls` shows it, such as "paper/tidemark-1"']],
      settings,
      examples: [
        ["journal verify paper/tidemark-1", "chain, numbers and snapshots; ends with 5 where anything is wrong"],
      ],
      run: async (context, { args }) => {
        const { report, path } = verifyJournalOf(context.config(), args[0]);
        for (const { seq, what } of report.problems) context.output.text(`record ${seq}: ${what}`);
        context.output.data(report);
        if (report.problems.length === 0) {
          const files = report.archives === 0 ? "" : `, ${report.archives} files of older ones`;
          context.output.text(`${report.records} records${files} and ${report.snapshots} snapshots hold together`);
          return ExitCode.done;
        }
        const failure = new TidemarkError("JOURNAL_CORRUPT", {
          what: `${report.problems.length} records do not hold, the first is ${report.problems[0].seq}`,
          where: path,
          fix: "Restore the journal from a copy; what the venue holds is not affected.",
        });
        return reportFailure(failure, context.output, { jsonToo: false });
      },
    },
    runner,
  );
  addVerb<ArchiveOptions>(
    group,
    {
      name: "archive",
      summary: "Move older records into Parquet files beside the journal",
      details:
        "Records before the date that are in a snapshot move; files are checksummed, read back before anything is removed, and told in the journal. Every other verb, the dashboard and a later start read through both. A session that runs does it by itself (trade.archive_days).",
      withoutChance: true,
      arguments: [["<session>", "as `journal ls` shows it"]],
      options: [new Option("--before <date>", "first day that stays, such as 2025-07-04").makeOptionMandatory()],
      settings,
      examples: [["journal archive paper/tidemark-1 --before 2025-07-01", "everything before July"]],
      run: async (context, { args, options }) => {
        const { records, files, firstSeq, session } = await archiveJournal(context, args[0], parseDate(options.before));
        context.output.data({ session, records, files, firstSeq });
        const where = files.length === 0 ? "" : ` in ${files.length} files, ${files[0].file} first`;
        context.output.text(`${records} records moved${where}; the journal begins at record ${firstSeq}`);
      },
    },
    runner,
  );
  addVerb<ExportOptions>(
    group,
    {
      name: "export",
      summary: "Write the closed trades as JSON lines and CSV",
      withoutChance: true,
      arguments: [["<session>", "as `journal ls` shows it"]],
      options: [new Option("-o, --out <folder>", "where the files go (default: the session's folder)")],
      settings,
      examples: [["journal export paper/tidemark-1 --out trades", "trades_crypto-futures.jsonl and trades.csv"]],
      run: async (context, { args, options }) => {
        const written = exportJournal(context.config(), context.folder, args[0], options.out);
        context.output.text(`${written.trades} trades in ${written.files.join(", ")}`);
        context.output.data(written);
      },
    },
    runner,
  );
  addVerb(
    group,
    {
      name: "order",
      summary: "What was known when an order was sent, and what became of it",
      withoutChance: true,
      arguments: [
        ["<session>", "as `journal ls` shows it"],
        ["<order>", "a client order id, or the venue's"],
      ],
      settings,
      examples: [
        ["journal order paper/tidemark-1 p7c1f0a9b2d3-mihk2a9c-e0", "decision, quote, clamps, outcome, fills"],
      ],
      run: async (context, { args }) => {
        const story = journalOrder(context.config(), args[0], args[1]);
        for (const line of story.lines) context.output.text(line);
        context.output.data(story);
      },
    },
    runner,
  );
}
