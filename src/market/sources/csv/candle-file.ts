/** @file Candles from a file: every row checked, the first bad one named with line, column and reason. */
import { statSync } from "node:fs";
import { DAY_MS, formatMinute, type TidemarkError, type Timeframe, timeframeMs } from "../../../core/index.ts";
import type { Candles } from "../../candles.ts";
import { enclosureFault, numberFault, stickOut } from "../../quality/bar.ts";
import { changeText, findClockChange } from "../clock/change.ts";
import { epochFault } from "../clock/epoch.ts";
import { epochDoubt } from "../clock/other-epoch.ts";
import { checkZone, localToUtc } from "../clock/zone.ts";
import { areOpenAndCloseExchanged } from "./continuity.ts";
import type { Dialect } from "./dialect.ts";
import { fileNameFacts } from "./file-name.ts";
import { areOfOneMarket } from "./label-column.ts";
import { CANDLE_ROLES, type Series } from "./layout.ts";
import type { LineOptions } from "./lines.ts";
import { type MarksFound, Prices } from "./mark-columns.ts";
import type { DialectOptions } from "./options.ts";
import { fieldError, formatError } from "./problem.ts";
import { readRows, rowNumber } from "./row-reader.ts";
import { SeriesBook, type SeriesCollector, type SeriesRows } from "./series-rows.ts";
import { endsAtLastMoment, oldestFirst, timeframeOf } from "./spacing.ts";
import { TimeUnit } from "./time.ts";

export type CandleFileOptions = DialectOptions &
  LineOptions & {
    /** Default: the file's symbol column, else its name. */
    readonly symbol?: string;
    /** Default: the usual distance between rows. */
    readonly timeframe?: Timeframe;
    /** Whether a row's time is when its bar opens (default, unless all times are last moments) or when it closes. */
    readonly stampedAt?: "open" | "close";
    /** Zone of a local clock, such as "America/New_York". Default: UTC, where the file says none. */
    readonly timezone?: string;
    /** Lets rows with impossible numbers through, to be taken out by a repair. Still refused where they are many. */
    readonly keepImpossible?: boolean;
  };

/** One market of a file. */
export type CandleFile = {
  readonly symbol: string | undefined;
  readonly timeframe: Timeframe;
  /** In the order of the file, or turned round where the file is newest first. */
  readonly candles: Candles;
  /** Rows that have a time and no prices. */
  readonly emptyRows: number;
  /** Mark prices that stand beside these, to be read with `prices`. */
  readonly marks: MarksFound;
  /** Names of all columns, for what they tell of the market. */
  readonly header: readonly string[];
  /** What was detected, for people. */
  readonly notes: readonly string[];
  /** What a user should know before trusting the times. */
  readonly warnings: readonly string[];
};

/** More impossible rows than this share mean that the columns are not what they are taken for. */
const MAX_IMPOSSIBLE_SHARE = 0.01;
/** Open or close this near to the range of its bar is a price that was rounded by itself: the range is widened to it. */
const MAX_STICK_OUT = 0.005;
/** Fewer bytes than a row of candles ever has. */
const LEAST_ROW_BYTES = 36;

/**
 * Reads a file of candles: text, plain or gzip, JSON, Parquet or Arrow. Several markets in one file come apart. Rejects
 * with DATA_FORMAT or DATA_MISSING; nothing is kept of a file that is refused.
 */
export async function readCandleFile(path: string, options: CandleFileOptions = {}): Promise<CandleFile[]> {
  if (options.timezone !== undefined) checkZone(options.timezone);
  const reader = new CandleReader(path);
  const { dialect, notes } = await readRows(path, CANDLE_ROLES, options, (fields, tsMs, line, found) =>
    reader.take(fields, tsMs, line, found),
  );
  if (reader.isEmpty) throw formatError(path, "The file has no rows", "Check that it is the right file.");
  const widened = reader.settleFaults(dialect, options.keepImpossible === true);
  const found = reader.book.series(dialect.header);
  const parts = found.parted?.names ?? found.series.flatMap(({ symbol }) => symbol ?? []);
  if (parts.length > 1 && areOfOneMarket(parts)) {
    const names = parts.slice(0, 4).map((name) => `"${name}"`);
    throw formatError(
      found.parted === undefined ? path : `${path}, column "${found.parted.column}"`,
      `The file holds ${names.join(" and ")}, which are of one market`,
      "Keep the rows of one of them in a file of its own; nothing was stored.",
    );
  }
  const shared = [...dialect.notes, ...notes, ...found.notes];
  const withRows = found.series.filter(({ candles }) => candles.length > 0);
  // Columns of marks may be empty where those of the prices are not.
  if (withRows.length === 0 && options.prices === Prices.mark && dialect.marks === "all") return [];
  if (withRows.length === 0) {
    throw formatError(path, "No row of the file has prices", "Check that it is the right file.");
  }
  return withRows.map((series, i) => {
    const one = finished(path, series, dialect, shared, options, withRows.length);
    return i > 0 || widened === undefined ? one : { ...one, warnings: [widened, ...one.warnings] };
  });
}

function finished(
  path: string,
  rows: SeriesRows,
  dialect: Dialect,
  shared: readonly string[],
  options: CandleFileOptions,
  markets: number,
): CandleFile {
  const { candles, turned } = oldestFirst(rows.candles);
  if (options.prices === Prices.mark) candles.volume.fill(0);
  refuseOtherEpochs(path, candles, dialect, options);
  // Whoever names the columns is taken at their word.
  if (options.columns === undefined && areOpenAndCloseExchanged(candles)) {
    const { open = 0, close = 0 } = dialect.series[0].columns;
    throw formatError(
      `${path}, columns "${dialect.header[open]}" and "${dialect.header[close]}"`,
      "Every bar closes where the one before opened: open and close seem to be exchanged",
      "Name the columns in the order of the file with `--columns`; nothing was stored.",
    );
  }
  const notes = [...shared, ...(turned ? ["newest row first: turned round"] : [])];
  const warnings: string[] = [];
  const isCounted = dialect.timeUnit !== TimeUnit.date && options.timeUnit === undefined && options.epoch === undefined;
  const doubt = isCounted ? epochDoubt(path, candles.timeMs, candles.length, dialect.timeUnit) : undefined;
  if (doubt !== undefined) warnings.push(doubt);
  if (options.epoch !== undefined) {
    if (dialect.timeUnit === TimeUnit.date) warnings.push("times are dates, so --epoch changes nothing");
    else notes.push(`times count from ${options.epoch}`);
  }
  const named = fileNameFacts(path);
  const early = endsAtLastMoment(candles);
  const stampedAt = options.stampedAt ?? (early === undefined ? "open" : "close");
  if (early !== undefined && stampedAt === "close") {
    shift(candles, early);
    notes.push("times are the last moment of their bars: moved to the open");
  }
  zoneTimes(path, candles, dialect, options, { notes, warnings, named: named.timeframe });
  const timeframe = timeframeOf(path, candles, options.timeframe, named.timeframe);
  const clock = options.stampedAt === undefined && early === undefined ? dailyClock(candles, timeframe) : undefined;
  if (clock !== undefined && dialect.isLocal && options.timezone === undefined) {
    warnings.push(
      `every bar is stamped ${clock}, which is taken for when it opens; if that is when the market closes, say \`--stamped-at close\``,
    );
  }
  if (stampedAt === "close") shift(candles, -timeframeMs(timeframe));
  if (rows.empty > 0) notes.push(`${rows.empty} rows without prices left out: nothing was traded`);
  if (rows.withoutVolume === candles.length && dialect.series[0].columns.volume !== undefined) {
    notes.push("the column of volumes is empty: every volume is 0, which stands for unknown");
  } else if (rows.withoutVolume > 0 && rows.withoutVolume < candles.length) {
    notes.push(`${rows.withoutVolume} rows without a volume: it is 0 there`);
  }
  const symbol = rows.symbol ?? named.symbol;
  return {
    symbol: options.symbol === undefined || markets > 1 ? symbol : options.symbol,
    timeframe,
    candles,
    emptyRows: rows.empty,
    marks: dialect.marks,
    header: dialect.header,
    notes,
    warnings,
  };
}

/** Throws where times can't be what they are taken for, unless the user says what they count. */
function refuseOtherEpochs(path: string, candles: Candles, dialect: Dialect, options: CandleFileOptions): void {
  const { timeMs, length } = candles;
  if (dialect.timeUnit === TimeUnit.date || options.timeUnit !== undefined || options.epoch !== undefined) return;
  const fault = epochFault(timeMs, length);
  if (fault === undefined) return;
  throw formatError(
    path,
    fault,
    `They may count from another day than is usual: say it, such as \`--epoch 2001-01-01\`, 1980-01-06 for GPS, 1904-01-01 for an old spreadsheet. If they are right, say \`--time-unit ${dialect.timeUnit}\`. Nothing was stored.`,
  );
}

/** The one time of day of bars of whole days, unless it is midnight. */
function dailyClock({ timeMs, length }: Candles, timeframe: Timeframe): string | undefined {
  const atMs = timeMs[0] % DAY_MS;
  if (timeframeMs(timeframe) % DAY_MS !== 0 || atMs === 0) return undefined;
  for (let i = 1; i < length; i++) if (timeMs[i] % DAY_MS !== atMs) return undefined;
  return formatMinute(timeMs[0]).slice(-5);
}

/** Local times become UTC where the zone is said; where it is not, signs of a local clock are told. */
function zoneTimes(
  path: string,
  candles: Candles,
  dialect: Dialect,
  options: CandleFileOptions,
  told: { readonly notes: string[]; readonly warnings: string[]; readonly named: Timeframe | undefined },
): void {
  const { timeMs, length } = candles;
  const zone = options.timezone;
  if (zone !== undefined) {
    if (!dialect.isLocal) {
      told.warnings.push(`times say their own zone or count from 1970, so --timezone ${zone} changes nothing`);
      return;
    }
    const { secondHour, skipped } = localToUtc(timeMs, length, zone);
    told.notes.push(
      `times of ${zone} turned into UTC${secondHour > 0 ? `, ${secondHour} of an hour that came twice` : ""}`,
    );
    if (skipped > 0) told.warnings.push(`${skipped} rows have times that the clocks of ${zone} never showed`);
    return;
  }
  if (!dialect.isLocal) return;
  const barMs = commonStep(timeMs, length);
  const change = findClockChange(timeMs, length, barMs);
  if (change?.isDoubled === true) {
    const text = changeText(change);
    throw formatError(
      `${path}, ${formatMinute(change.tsMs)}`,
      `${text[0].toUpperCase()}${text.slice(1)}`,
      `Say whose clock it is: \`--timezone ${change.zones[0]}\`${change.zones.length > 1 ? ` or ${change.zones.slice(1).join(", ")}` : ""}. Nothing was stored.`,
    );
  }
  if (change !== undefined) {
    told.warnings.push(`${changeText(change)}; say whose clock it is with \`--timezone ${change.zones[0]}\``);
  } else if (barMs < DAY_MS) {
    told.notes.push("the file says no time zone: times are taken as UTC (`--timezone` says otherwise)");
  }
}

/** The step of most neighbors among the first rows. */
function commonStep(timeMs: Float64Array, length: number): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < Math.min(length, 500); i++) {
    const step = timeMs[i] - timeMs[i - 1];
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
}

class CandleReader {
  readonly #path: string;
  readonly #capacity: number;
  #book: SeriesBook | undefined;
  #rows = 0;
  #impossible = 0;
  #firstFault: TidemarkError | undefined;
  #highLowSwapped = 0;
  /** Rows whose open or close lies just outside of their range, and the first of them. */
  readonly #nearly: { readonly collector: SeriesCollector; readonly row: number }[] = [];
  #firstNearly: TidemarkError | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#capacity = Math.max(1024, Math.ceil(statSize(path) / LEAST_ROW_BYTES));
  }

  get isEmpty(): boolean {
    return this.#book === undefined || this.#book.isEmpty;
  }

  get book(): SeriesBook {
    return this.#book as SeriesBook;
  }

  take(fields: readonly string[], tsMs: number, line: number, dialect: Dialect): void {
    this.#book ??= new SeriesBook(dialect.labels, this.#capacity);
    for (const series of dialect.series) this.#takeOne(fields, tsMs, line, dialect, series);
  }

  #takeOne(fields: readonly string[], tsMs: number, line: number, dialect: Dialect, series: Series): void {
    const { columns } = series;
    const collector = this.book.of(
      series.symbol ?? (columns.symbol === undefined ? undefined : fields[columns.symbol].trim()),
    );
    const open = this.#price(columns.open ?? 0, fields, tsMs, line, dialect);
    const high = this.#price(columns.high ?? 0, fields, tsMs, line, dialect);
    const low = this.#price(columns.low ?? 0, fields, tsMs, line, dialect);
    const close = this.#price(columns.close ?? 0, fields, tsMs, line, dialect);
    const volume = this.#volume(columns.volume, close, fields, line, dialect, collector);
    if (isWithoutTrades(open, high, low, close, volume)) {
      collector.empty++;
      return;
    }
    const fault = numberFault(open, high, low, close, volume) ?? enclosureFault(open, high, low, close);
    if (fault !== undefined) {
      const error = (): TidemarkError =>
        fieldError(this.#path, line, dialect.header[columns[fault.column] ?? 0], fault.reason, "");
      if (
        numberFault(open, high, low, close, volume) === undefined &&
        stickOut(open, high, low, close) <= MAX_STICK_OUT
      ) {
        this.#nearly.push({ collector, row: collector.rows.length });
        this.#firstNearly ??= error();
      } else {
        this.#impossible++;
        if (enclosureFault(open, low, high, close) === undefined) this.#highLowSwapped++;
        this.#firstFault ??= error();
      }
    }
    this.#rows++;
    collector.rows.push(tsMs, open, high, low, close, volume);
    if (dialect.labels.length > 0) this.book.noteLabels(fields);
  }

  /**
   * Widens the few bars whose open or close lies just outside of their range, and says so. Throws for the first impossible
   * row unless few are to be let through.
   */
  settleFaults(dialect: Dialect, keep: boolean): string | undefined {
    const nearly = this.#nearly.length;
    // Many rows that just miss their range are columns that were taken for each other in a market that hardly moves.
    const areReal = this.#areFew(nearly);
    const first = areReal ? this.#firstFault : (this.#firstNearly ?? this.#firstFault);
    const faulty = this.#impossible + (areReal ? 0 : nearly);
    const few = this.#areFew(faulty);
    if (first !== undefined && !(keep && few)) throw this.#refusal(first, faulty, few, dialect);
    if (!areReal || this.#firstNearly === undefined) return undefined;
    for (const { collector, row } of this.#nearly) widen(collector.rows.candles(), row);
    return `${nearly} ${nearly === 1 ? "bar has" : "bars have"} an open or a close just outside of low to high: their range was widened to it, the first in ${this.#firstNearly.where?.slice(this.#path.length + 2) ?? ""}`;
  }

  #areFew(rows: number): boolean {
    return rows <= MAX_IMPOSSIBLE_SHARE * this.#rows || rows <= 1;
  }

  #refusal(first: TidemarkError, faulty: number, few: boolean, dialect: Dialect): TidemarkError {
    const { high = 0, low = 0 } = dialect.series[0].columns;
    const hint = few
      ? "Mend the line, or leave such rows out with `--repair`; nothing was stored."
      : this.#highLowSwapped === this.#rows
        ? `All rows would fit with the columns "${dialect.header[high]}" and "${dialect.header[low]}" exchanged: name the columns in the order of the file with \`--columns\`; nothing was stored.`
        : `${faulty} of ${this.#rows} rows are like this: name the columns in the order of the file with \`--columns\`; nothing was stored.`;
    return formatError(first.where ?? this.#path, first.what, hint);
  }

  #price(position: number, fields: readonly string[], tsMs: number, line: number, dialect: Dialect): number {
    const price = rowNumber(this.#path, fields, line, dialect, position);
    if (price >= 1e9 && isNearTime(price, tsMs)) {
      throw fieldError(
        this.#path,
        line,
        dialect.header[position],
        `${fields[position].trim()} looks like a time, not like a price`,
        "Name the columns in the order of the file with `--columns`; nothing was stored.",
      );
    }
    return price;
  }

  #volume(
    position: number | undefined,
    close: number,
    fields: readonly string[],
    line: number,
    dialect: Dialect,
    collector: SeriesCollector,
  ): number {
    if (position === undefined) return 0;
    const volume = rowNumber(this.#path, fields, line, dialect, position);
    if (Number.isNaN(volume)) {
      collector.withoutVolume++;
      return 0;
    }
    return dialect.isQuoteVolume ? volume / close : volume;
  }
}

function widen({ open, high, low, close }: Candles, row: number): void {
  high[row] = Math.max(high[row], open[row], close[row]);
  low[row] = Math.min(low[row], open[row], close[row]);
}

/** A row with a time and nothing else: the vendor writes every minute, traded or not. */
function isWithoutTrades(open: number, high: number, low: number, close: number, volume: number): boolean {
  if (Number.isNaN(open) && Number.isNaN(high) && Number.isNaN(low) && Number.isNaN(close)) return true;
  // Some carry the last close through a day without trades, and leave the other prices at zero.
  return open === 0 && high === 0 && low === 0 && close >= 0 && !(volume > 0);
}

/** Whether a number is the row's own time again, in some unit: then a column is not the price that it is taken for. */
function isNearTime(value: number, timeMs: number): boolean {
  return [1e3, 1, 1e-3, 1e-6].some((msPer) => Math.abs(value * msPer - timeMs) <= 30 * DAY_MS);
}

function statSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function shift(candles: Candles, byMs: number): void {
  for (let i = 0; i < candles.length; i++) candles.timeMs[i] += byMs;
}
