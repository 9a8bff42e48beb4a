/** @file Two records of trading held against each other: sessions by their journals, backtests by their reports. */
import { join } from "node:path";
import {
  exactText,
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
  type RecordComparison,
  rowsNamed,
  type TradingRecord,
} from "../../trade/index.ts";
import { reportsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import { entriesOf, sessionNames, sessionTrades } from "./journals.ts";

/** Throws JOURNAL_MISSING or REPORT_MISSING where a name is neither a session nor a report. */
export function compareTrading(config: Config, a: string, b: string): RecordComparison {
  return compareRecords(recordNamed(config, a), recordNamed(config, b));
}

function recordNamed(config: Config, name: string): TradingRecord {
  return sessionNames(config).includes(name) || name.includes("/")
    ? recordOfSession(config, name)
    : recordOfReport(reportsFolder(config), name);
}

function recordOfSession(from: Config, name: string): TradingRecord {
  const rows = new Map<string, string>();
  const refusals: Array<{ symbol: string; atMs: number; code: string }> = [];
  let config: EngineConfig | undefined;
  for (const { entry, atMs } of entriesOf(from, name)) {
    if (entry.kind === "session") {
      config = entry.config;
    } else if (entry.kind === "row" && !entry.late && config !== undefined) {
      const symbols = rowsNamed(config, entry.strategy)?.symbols ?? [];
      for (const [s, row] of entry.rows.entries()) {
        rows.set(`${symbols[s]}@${entry.openMs}`, sha256Hex(JSON.stringify(row)));
      }
    } else if (entry.kind === "denied") {
      refusals.push({ symbol: entry.symbol, atMs, code: entry.code });
    } else if (entry.kind === "alarm" && entry.code.startsWith("rejected.")) {
      refusals.push({ symbol: entry.text.split(" ")[0], atMs, code: entry.code });
    }
  }
  return { name, barMs: config?.strategies[0].barMs ?? 0, rows, refusals, trades: sessionTrades(from, name) };
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
