/** @file Candles from a delimited file: every row checked, the first bad one named with line, column and reason. */
import { DAY_MS, formatTimeframe, type Timeframe, timeframeMs } from "../../../core/index.ts";
import { CandleBuilder, type Candles, pickCandles } from "../../candles.ts";
import { enclosureFault, numberFault } from "../../quality/bar.ts";
import type { Role } from "./columns.ts";
import { areOpenAndCloseExchanged } from "./continuity.ts";
import { CANDLE_ROLES, type Dialect, type DialectOptions } from "./dialect.ts";
import { writtenDecimals } from "./fields.ts";
import { fileNameFacts } from "./file-name.ts";
import { fieldError, formatError } from "./problem.ts";
import { readRows, rowNumber, rowTime } from "./row-reader.ts";

export type CandleFileOptions = DialectOptions & {
  /** Default: the file's symbol column, else its name. */
  readonly symbol?: string;
  /** Default: the usual distance between rows. */
  readonly timeframe?: Timeframe;
  /** Whether a row's time is when its bar opens (default) or when it closes. */
  readonly stampedAt?: "open" | "close";
  /** Lets rows with impossible numbers through, to be taken out by a repair. Still refused where they are many. */
  readonly keepImpossible?: boolean;
  readonly signal?: AbortSignal;
};

export type CandleFile = {
  readonly symbol: string | undefined;
  readonly timeframe: Timeframe;
  /** In the order of the file, or turned round where the file is newest first. */
  readonly candles: Candles;
  /** Decimal places that prices and volumes are written with, at most. */
  readonly priceDecimals: number;
  readonly volumeDecimals: number;
  /** What was detected, for people. */
  readonly notes: readonly string[];
};

/** More impossible rows than this share mean that the columns are not what they are taken for. */
const MAX_IMPOSSIBLE_SHARE = 0.01;
const MAX_DECIMALS = 10;

/** Reads a CSV file, plain or gzip. Rejects with DATA_FORMAT or DATA_MISSING; nothing is kept of a file that is refused. */
export async function readCandleFile(path: string, options: CandleFileOptions = {}): Promise<CandleFile> {
  const reader = new CandleReader(path);
  const dialect = await readRows(path, CANDLE_ROLES, options, (fields, line, found) =>
    reader.take(fields, line, found),
  );
  if (reader.rows.length === 0) throw formatError(path, "The file has no rows", "Check that it is the right file.");
  reader.refuseImpossible(dialect, options.keepImpossible === true);
  const { candles, turned } = oldestFirst(reader.rows.candles());
  // Whoever names the columns is taken at their word.
  if (options.columns === undefined && areOpenAndCloseExchanged(candles)) {
    const { open, close } = dialect.names;
    throw formatError(
      `${path}, columns "${open}" and "${close}"`,
      "Every bar closes where the one before opened: open and close seem to be exchanged",
      "Name the columns in the order of the file; nothing was stored.",
    );
  }
  const named = fileNameFacts(path);
  const timeframe = timeframeOf(path, candles, options.timeframe, named.timeframe);
  if (options.stampedAt === "close") shift(candles, -timeframeMs(timeframe));
  return {
    symbol: options.symbol ?? reader.symbol ?? named.symbol,
    timeframe,
    candles,
    priceDecimals: Math.min(MAX_DECIMALS, reader.priceDecimals),
    volumeDecimals: Math.min(MAX_DECIMALS, reader.volumeDecimals),
    notes: [...dialect.notes, ...(turned ? ["newest row first: turned round"] : [])],
  };
}

class CandleReader {
  readonly rows = new CandleBuilder();
  priceDecimals = 0;
  volumeDecimals = 0;
  symbol: string | undefined;
  #timeMs = 0;
  #impossible = 0;
  #firstFault: Error | undefined;
  #highLowSwapped = 0;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  take(fields: readonly string[], line: number, dialect: Dialect): void {
    this.#timeMs = rowTime(this.#path, fields, line, dialect);
    const open = this.#price("open", fields, line, dialect);
    const high = this.#price("high", fields, line, dialect);
    const low = this.#price("low", fields, line, dialect);
    const close = this.#price("close", fields, line, dialect);
    const volume = this.#volume(fields, line, dialect);
    const fault = numberFault(open, high, low, close, volume) ?? enclosureFault(open, high, low, close);
    if (fault !== undefined) {
      this.#impossible++;
      if (enclosureFault(open, low, high, close) === undefined) this.#highLowSwapped++;
      const name = dialect.names[fault.column];
      this.#firstFault ??= fieldError(this.#path, line, name, fault.reason, "");
    }
    this.#takeSymbol(fields, line, dialect);
    this.rows.push(this.#timeMs, open, high, low, close, volume);
  }

  /** Throws for the first impossible row unless few are to be let through. */
  refuseImpossible(dialect: Dialect, keep: boolean): void {
    if (this.#firstFault === undefined) return;
    const share = this.#impossible / this.rows.length;
    const few = share <= MAX_IMPOSSIBLE_SHARE || this.#impossible === 1;
    if (keep && few) return;
    const { high, low } = dialect.names;
    const hint = few
      ? "Mend the line, or ask for a repair to leave such rows out; nothing was stored."
      : this.#highLowSwapped === this.rows.length
        ? `All rows would fit with the columns "${high}" and "${low}" exchanged: name the columns in the order of the file; nothing was stored.`
        : `${this.#impossible} of ${this.rows.length} rows are like this: name the columns in the order of the file; nothing was stored.`;
    const fault = this.#firstFault as ReturnType<typeof formatError>;
    throw formatError(fault.where ?? this.#path, fault.what, hint);
  }

  #price(
    role: Role & ("open" | "high" | "low" | "close"),
    fields: readonly string[],
    line: number,
    dialect: Dialect,
  ): number {
    const position = dialect.columns[role] ?? 0;
    const price = rowNumber(this.#path, fields, line, dialect, role, position);
    if (price >= 1e9 && isNearTime(price, this.#timeMs)) {
      throw fieldError(
        this.#path,
        line,
        dialect.names[role],
        `${fields[position].trim()} looks like a time, not like a price`,
        "Name the columns in the order of the file; nothing was stored.",
      );
    }
    const decimals = writtenDecimals(fields[position]);
    if (decimals > this.priceDecimals) this.priceDecimals = decimals;
    return price;
  }

  #volume(fields: readonly string[], line: number, dialect: Dialect): number {
    const position = dialect.columns.volume;
    if (position === undefined) return 0;
    const volume = rowNumber(this.#path, fields, line, dialect, "volume", position);
    const decimals = writtenDecimals(fields[position]);
    if (decimals > this.volumeDecimals) this.volumeDecimals = decimals;
    return volume;
  }

  #takeSymbol(fields: readonly string[], line: number, dialect: Dialect): void {
    const position = dialect.columns.symbol;
    if (position === undefined) return;
    const symbol = fields[position].trim();
    this.symbol ??= symbol;
    if (symbol !== this.symbol) {
      const reason = `the rows before are of "${this.symbol}", this one is of "${symbol.slice(0, 40)}"`;
      throw fieldError(this.#path, line, dialect.names.symbol, reason, "Split the file by symbol.");
    }
  }
}

/** Whether a number is the row's own time again, in some unit: then a column is not the price that it is taken for. */
function isNearTime(value: number, timeMs: number): boolean {
  return [1e3, 1, 1e-3, 1e-6].some((msPer) => Math.abs(value * msPer - timeMs) <= 30 * DAY_MS);
}

/** Turns the rows round where most of them come before the row above. */
function oldestFirst(candles: Candles): { candles: Candles; turned: boolean } {
  let falls = 0;
  let rises = 0;
  for (let i = 1; i < candles.length; i++) {
    if (candles.timeMs[i] < candles.timeMs[i - 1]) falls++;
    else if (candles.timeMs[i] > candles.timeMs[i - 1]) rises++;
  }
  if (falls <= rises) return { candles, turned: false };
  const order = Float64Array.from({ length: candles.length }, (_, i) => candles.length - 1 - i);
  return { candles: pickCandles(candles, order), turned: true };
}

/** The given timeframe, which the rows must bear out, or the usual distance between rows. */
function timeframeOf(
  path: string,
  candles: Candles,
  given: Timeframe | undefined,
  named: Timeframe | undefined,
): Timeframe {
  const spacingMs = usualSpacing(candles);
  if (spacingMs === undefined) {
    const known = given ?? named;
    if (known !== undefined) return known;
    throw formatError(path, "One row alone doesn't show how long its bar is", "Give the timeframe.");
  }
  if (given !== undefined && timeframeMs(given) !== spacingMs) {
    throw formatError(
      path,
      `The rows are mostly ${spacingText(spacingMs)} apart, not ${given}`,
      "Give the timeframe that the file has; it can be resampled when it is loaded.",
    );
  }
  if (spacingMs % 1000 !== 0 || spacingMs > 9999 * 7 * 86_400_000) {
    throw formatError(
      path,
      `The rows are mostly ${spacingMs} ms apart, which is no timeframe`,
      "Check the column of times.",
    );
  }
  return formatTimeframe(spacingMs);
}

function spacingText(spacingMs: number): string {
  return spacingMs % 1000 === 0 ? formatTimeframe(spacingMs) : `${spacingMs} ms`;
}

/** The commonest distance between neighboring times, or undefined where all rows have one time. */
function usualSpacing(candles: Candles): number | undefined {
  const times = candles.timeMs.slice(0, candles.length).sort();
  const counts = new Map<number, number>();
  for (let i = 1; i < times.length; i++) {
    const spacing = times[i] - times[i - 1];
    if (spacing > 0) counts.set(spacing, (counts.get(spacing) ?? 0) + 1);
  }
  let best: number | undefined;
  for (const [spacing, count] of counts) {
    if (best === undefined || count > (counts.get(best) ?? 0) || (count === counts.get(best) && spacing < best))
      best = spacing;
  }
  return best;
}

function shift(candles: Candles, byMs: number): void {
  for (let i = 0; i < candles.length; i++) candles.timeMs[i] += byMs;
}
