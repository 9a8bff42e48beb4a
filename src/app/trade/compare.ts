/** @file Two records of trading held against each other: sessions by their journals, backtests by their reports. */
import { join } from "node:path";
import {
  exactText,
  inSlices,
  parseTimeframe,
  readTextIfPresent,
  sha256Hex,
  TidemarkError,
  timeframeMs,
} from "../../core/index.ts";
import { loadReport } from "../../evaluate/index.ts";
import {
  type ComparedTrade,
  compareRecords,
  type EngineConfig,
  type JournalRecord,
  type RecordComparison,
  rowsNamed,
  TradeReader,
  type TradingRecord,
} from "../../trade/index.ts";
import { reportsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import { journalFile, sessionNames, withJournal } from "./journals.ts";

/** Sessions of which what was read is kept: the two of a comparison, and those of the one before. */
const MOST_KEPT = 4;

/**
 * Rejects with JOURNAL_MISSING or REPORT_MISSING where a name is neither a session nor a report. In slices, and what was read
 * of a journal is not read again: a server compares a session that runs as often as it is looked at.
 */
export async function compareTrading(config: Config, a: string, b: string): Promise<RecordComparison> {
  return compareRecords(await recordNamed(config, a), await recordNamed(config, b));
}

async function recordNamed(config: Config, name: string): Promise<TradingRecord> {
  return sessionNames(config).includes(name) || name.includes("/")
    ? recordOfSession(config, name)
    : recordOfReport(reportsFolder(config), name);
}

/** What a session's journal says of its trades, as far as it was read. */
class SessionRecord {
  readonly #rows = new Map<string, string>();
  readonly #refusals: Array<{ symbol: string; atMs: number; code: string }> = [];
  readonly #closed = new TradeReader();
  #config: EngineConfig | undefined;
  /** Readings stand in line: one that overlapped another would take records twice. */
  #reading: Promise<void> = Promise.resolve();

  get seq(): number {
    return this.#closed.seq;
  }

  follow(config: Config, session: string): Promise<void> {
    const before = this.#reading.catch(() => undefined);
    this.#reading = before.then(() =>
      withJournal(config, session, (journal) => inSlices(journal.read(this.seq), (record) => this.#take(record))),
    );
    return this.#reading;
  }

  named(name: string): TradingRecord {
    const [rows, refusals, trades] = [new Map(this.#rows), [...this.#refusals], [...this.#closed.trades]];
    return { name, barMs: this.#config?.strategies[0].barMs ?? 0, rows, refusals, trades };
  }

  #take({ entry, atMs, seq }: JournalRecord): void {
    this.#closed.read(entry, seq);
    if (entry.kind === "session") {
      this.#config = entry.config;
    } else if (entry.kind === "row" && !entry.late && this.#config !== undefined) {
      const symbols = rowsNamed(this.#config, entry.strategy)?.symbols ?? [];
      for (const [s, row] of entry.rows.entries()) {
        this.#rows.set(`${symbols[s]}@${entry.openMs}`, sha256Hex(JSON.stringify(row)));
      }
    } else if (entry.kind === "denied") {
      this.#refusals.push({ symbol: entry.symbol, atMs, code: entry.code });
    } else if (entry.kind === "alarm" && entry.code.startsWith("rejected.")) {
      this.#refusals.push({ symbol: entry.text.split(" ")[0], atMs, code: entry.code });
    }
  }
}

const kept = new Map<string, SessionRecord>();

async function recordOfSession(config: Config, name: string): Promise<TradingRecord> {
  const file = journalFile(config, name);
  const known = kept.get(file);
  const lastSeq = withJournal(config, name, (journal) => journal.lastSeq);
  // A journal that is shorter than what was read of it is another one.
  const record = known !== undefined && known.seq <= lastSeq ? known : new SessionRecord();
  kept.delete(file);
  kept.set(file, record);
  if (kept.size > MOST_KEPT) {
    const [oldest] = kept.keys();
    kept.delete(oldest);
  }
  try {
    await record.follow(config, name);
  } catch (thrown) {
    // Half of a journal is no record of it.
    if (kept.get(file) === record) kept.delete(file);
    throw thrown;
  }
  return record.named(name);
}

function recordOfReport(folder: string, id: string): TradingRecord {
  const summary = loadReport(folder, id);
  const path = join(folder, id, "trades.csv");
  const text = readTextIfPresent(path);
  if (text === undefined) {
    throw new TidemarkError("REPORT_MISSING", {
      what: `The report "${id}" has no list of trades`,
      where: path,
      fix: "Make the report again with `tidemark backtest`.",
    });
  }
  const [head, ...lines] = text.trim().split("\n");
  const names = head.split(",");
  const barMs = timeframeMs(parseTimeframe(summary.timeframe));
  const trades = lines.map((line): ComparedTrade => {
    const cells = line.split(",");
    const cell = (name: string): string => cells[names.indexOf(name)] ?? "";
    return {
      symbol: cell("symbol"),
      side: cell("side") === "short" ? "short" : "long",
      entryMs: Date.parse(cell("entry_time")),
      exitMs: Date.parse(cell("exit_time")),
      quantity: exactText(cell("quantity")),
      entryPrice: exactText(cell("entry_price")),
      exitPrice: exactText(cell("exit_price")),
      grossProfit: exactText(cell("gross_profit")),
      fees: exactText(cell("fees")),
      funding: exactText(cell("funding")),
      netProfit: exactText(cell("net_profit")),
      exitReason: cell("exit_reason"),
    };
  });
  return { name: id, barMs, trades, rows: new Map(), refusals: [] };
}
