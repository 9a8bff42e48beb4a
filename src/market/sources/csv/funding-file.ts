/** @file Funding rates from a file with a time and a rate in each row, of one market or of several. */
import { createFunding, type FundingRates } from "../../candles.ts";
import { fileNameFacts } from "./file-name.ts";
import { FUNDING_ROLES } from "./layout.ts";
import type { LineOptions } from "./lines.ts";
import { normalName } from "./names.ts";
import type { DialectOptions } from "./options.ts";
import { fieldError, formatError } from "./problem.ts";
import { readRows } from "./row-reader.ts";

export type FundingFileOptions = DialectOptions &
  LineOptions & {
    /** Default: the file's symbol column, else its name. */
    readonly symbol?: string;
    /** Whether rates are in per cent. Default: where they say so by a sign or the column's name, or by their size. */
    readonly percent?: boolean;
  };

export type FundingFile = {
  readonly symbol: string | undefined;
  /** Oldest first. */
  readonly funding: FundingRates;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
};

/** No venue lets a position pay more in one stamp; a greater number is a price or a percentage. */
const GREATEST_RATE = 0.1;
/** Rates of real markets are about a ten-thousandth; where the middle one is above this they are in per cent. */
const PERCENT_MEDIAN = 0.002;

type Rows = { readonly times: number[]; readonly rates: number[]; readonly lines: number[] };

/** Rates are shares of notional ("0.0001"), or percentages where a sign, the column's name or their size says so. */
export async function readFundingFile(path: string, options: FundingFileOptions = {}): Promise<FundingFile[]> {
  const bySymbol = new Map<string | undefined, Rows>();
  let isSigned = false;
  const { dialect, notes } = await readRows(path, FUNDING_ROLES, options, (fields, tsMs, line, found) => {
    const { columns } = found.series[0];
    const position = columns.rate ?? 1;
    const text = (fields[position] ?? "").trim();
    if (text.endsWith("%")) isSigned = true;
    const rate = found.parse(text.endsWith("%") ? text.slice(0, -1) : text) ?? Number.NaN;
    if (Number.isNaN(rate)) {
      const reason = `"${text.slice(0, 60)}" is not a funding rate`;
      throw fieldError(
        path,
        line,
        found.header[position],
        reason,
        "Check the columns of the file; nothing was stored.",
      );
    }
    const symbol = columns.symbol === undefined ? undefined : fields[columns.symbol].trim();
    let rows = bySymbol.get(symbol);
    if (rows === undefined) {
      rows = { times: [], rates: [], lines: [] };
      bySymbol.set(symbol, rows);
    }
    rows.times.push(tsMs);
    rows.rates.push(rate);
    rows.lines.push(line);
  });
  if (bySymbol.size === 0) throw formatError(path, "The file has no rows", "Check that it is the right file.");
  const name = dialect.header[dialect.series[0].columns.rate ?? 1] ?? "";
  const isNamed = /percent|pct/.test(normalName(name)) || name.includes("%");
  const warnings: string[] = [];
  const isPercent = options.percent ?? (isSigned || isNamed || isPercentBySize([...bySymbol.values()], warnings));
  return [...bySymbol].map(([symbol, rows]) => ({
    symbol:
      options.symbol !== undefined && bySymbol.size === 1 ? options.symbol : (symbol ?? fileNameFacts(path).symbol),
    funding: sorted(path, rows, isPercent ? 0.01 : 1, dialect.header[dialect.series[0].columns.rate ?? 1] ?? "rate"),
    notes: [...dialect.notes, ...notes, ...(isPercent ? ["rates in per cent"] : [])],
    warnings,
  }));
}

/** Rates as shares are tiny: where the middle of them is not, they are in per cent. */
function isPercentBySize(all: readonly Rows[], warnings: string[]): boolean {
  const sizes = all.flatMap(({ rates }) => rates.map(Math.abs)).sort((a, b) => a - b);
  const middle = sizes[sizes.length >>> 1];
  if (middle <= PERCENT_MEDIAN) return false;
  warnings.push(
    `the middle rate is ${middle}: taken as per cent, because no market pays such a share each time (\`--rate share\` says otherwise)`,
  );
  return true;
}

/** Rates in the order of time. A stamp that occurs twice must have one rate. */
function sorted(path: string, { times, rates, lines }: Rows, scale: number, column: string): FundingRates {
  for (const [row, rate] of rates.entries()) {
    if (Math.abs(rate * scale) <= GREATEST_RATE) continue;
    const reason = `"${rate}" is not a funding rate between -${GREATEST_RATE / scale} and ${GREATEST_RATE / scale}`;
    throw fieldError(path, lines[row], column, reason, "Check the columns of the file; nothing was stored.");
  }
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
    funding.rate[i] = scale === 1 ? rates[kept[i]] : rates[kept[i]] * scale;
  }
  return funding;
}
