/** @file Funding rates from a delimited file with a time and a rate in each row. */
import { createFunding, type FundingRates } from "../../candles.ts";
import { type DialectOptions, FUNDING_ROLES } from "./dialect.ts";
import { parseNumber } from "./fields.ts";
import { fileNameFacts } from "./file-name.ts";
import { fieldError, formatError } from "./problem.ts";
import { readRows, rowTime } from "./row-reader.ts";

export type FundingFileOptions = DialectOptions & {
  /** Default: the file's name. */
  readonly symbol?: string;
  readonly signal?: AbortSignal;
};

export type FundingFile = {
  readonly symbol: string | undefined;
  /** Oldest first. */
  readonly funding: FundingRates;
  readonly notes: readonly string[];
};

/** No venue lets a position pay more in one stamp; a greater number is a price or a percentage. */
const GREATEST_RATE = 0.1;

/** Rates are shares of notional ("0.0001"), or percentages where they are written with a sign ("0.01%"). */
export async function readFundingFile(path: string, options: FundingFileOptions = {}): Promise<FundingFile> {
  const times: number[] = [];
  const rates: number[] = [];
  const lines: number[] = [];
  const dialect = await readRows(path, FUNDING_ROLES, options, (fields, line, found) => {
    const text = (fields[found.columns.rate ?? 1] ?? "").trim();
    const percent = text.endsWith("%");
    const value = parseNumber(percent ? text.slice(0, -1) : text) ?? Number.NaN;
    const rate = percent ? value / 100 : value;
    if (!(Math.abs(rate) <= GREATEST_RATE)) {
      const reason = `"${text.slice(0, 60)}" is not a funding rate between -${GREATEST_RATE} and ${GREATEST_RATE}`;
      throw fieldError(path, line, found.names.rate, reason, "Check the columns of the file; nothing was stored.");
    }
    times.push(rowTime(path, fields, line, found));
    rates.push(rate);
    lines.push(line);
  });
  if (times.length === 0) throw formatError(path, "The file has no rows", "Check that it is the right file.");
  return {
    symbol: options.symbol ?? fileNameFacts(path).symbol,
    funding: sorted(path, times, rates, lines),
    notes: dialect.notes,
  };
}

/** Rates in the order of time. A stamp that occurs twice must have one rate. */
function sorted(path: string, times: number[], rates: number[], lines: number[]): FundingRates {
  const order = times.map((_, i) => i).sort((a, b) => times[a] - times[b] || a - b);
  const kept = order.filter((row, k) => {
    const before = order[k - 1];
    if (k === 0 || times[before] !== times[row]) return true;
    if (rates[before] === rates[row]) return false;
    throw formatError(
      `${path}, line ${lines[row]}`,
      `The stamp of line ${lines[before]} occurs again with another rate: ${rates[row]} after ${rates[before]}`,
      "Remove the wrong line; nothing was stored.",
    );
  });
  const funding = createFunding(kept.length);
  for (let i = 0; i < kept.length; i++) {
    funding.timeMs[i] = times[kept[i]];
    funding.rate[i] = rates[kept[i]];
  }
  return funding;
}
