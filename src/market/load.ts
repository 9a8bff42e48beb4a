/** @file The one way from the store to a tape: read, resample where only a lower timeframe is stored, align. */
import {
  formatDay,
  type Instrument,
  InstrumentKind,
  type InstrumentOverrides,
  isMargined,
  plainSymbol,
  TidemarkError,
  type Timeframe,
  timeframeMs,
} from "../core/index.ts";
import { type AlignOptions, tapeFromCandles } from "./align.ts";
import type { Candles, SymbolHistory } from "./candles.ts";
import { isOfEarlierVersion, withSaidTerms } from "./contract/birth.ts";
import { checkTerms, tickText } from "./contract/terms.ts";
import { accountCurrency, convertsBy, foreignQuotes } from "./currency.ts";
import { isMultiple, resampleCandles, resampleCounted } from "./resample.ts";
import { findingNotes, readFindings } from "./store/findings.ts";
import { type StoredKey, storedKeys } from "./store/list.ts";
import type { SetKey } from "./store/paths.ts";
import { MarketStore } from "./store/store.ts";
import type { MarketTape } from "./tape.ts";

export type LoadOptions = AlignOptions & {
  /** The store's folder, usually "data". */
  readonly root: string;
  readonly venue: string;
  /** In any spelling; the tape's symbols keep this order. */
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  /** Which of the stored kinds of a symbol. Default: the perpetual, or the only kind that is stored. */
  readonly instrumentKind?: InstrumentKind | undefined;
  /** Whether stored mark prices are used. Default: true. */
  readonly marks?: boolean | undefined;
  /** Terms that a user says of contracts, by plain symbol; they come before what is stored. */
  readonly terms?: Readonly<Record<string, InstrumentOverrides>> | undefined;
};

/** Share of thin or missing bars from which on they are said. */
const WORTH_A_WORD = 0.001;

/**
 * Loads the wanted symbols as a tape. A timeframe that is not stored is made of the longest stored one that divides it.
 * Rejects with DATA_MISSING where the store has no such set, and with DATA_ALIGNMENT where the sets share no time.
 */
export async function loadTape(options: LoadOptions): Promise<MarketTape> {
  const store = new MarketStore(options.root);
  const histories: SymbolHistory[] = [];
  for (const symbol of options.symbols) histories.push(await loadHistory(store, options, plainSymbol(symbol)));
  const conversions = await loadConversions(store, options, histories);
  return tapeFromCandles(histories, options.timeframe, { ...options, conversions });
}

/** The stored pairs that convert quotes which the wanted symbols themselves don't convert. */
async function loadConversions(
  store: MarketStore,
  options: LoadOptions,
  histories: readonly SymbolHistory[],
): Promise<SymbolHistory[]> {
  const instruments = histories.map(({ instrument }) => instrument);
  const currency = accountCurrency(instruments, options.currency);
  const conversions: SymbolHistory[] = [];
  for (const quote of foreignQuotes(instruments, currency)) {
    if (instruments.some((instrument) => convertsBy(instrument, quote, currency) !== 0)) continue;
    const names = new Set(
      storedKeys(store.root).flatMap(({ venue, symbol }) => (venue === options.venue ? [symbol] : [])),
    );
    const pair = [quote + currency, currency + quote].find((name) => names.has(name));
    // The pair is needed over the same time, and nothing that a user says of symbols is meant for it.
    const { instrumentKind: _kind, onNote: _note, ...range } = options;
    if (pair !== undefined) conversions.push(await loadHistory(store, range, pair));
  }
  return conversions;
}

/** What is read for a symbol: its contract, with what a user says of it, and the candle set. Throws DATA_MISSING. */
export function storedSymbol(
  store: MarketStore,
  options: LoadOptions,
  symbol: string,
): { readonly instrument: Instrument; readonly key: Required<SetKey> } {
  const { venue, timeframe } = options;
  const stored = storedKeys(store.root);
  const said = options.terms?.[symbol] ?? {};
  const kind = storedKind(stored, venue, symbol, said.kind ?? options.instrumentKind);
  const source = sourceTimeframe(store.root, stored, { venue, symbol, kind, timeframe });
  const known = store.instrument(venue, symbol, kind);
  if (known === undefined) {
    throw new TidemarkError("DATA_MISSING", {
      what: `The contract catalog doesn't know ${symbol} of ${venue}, so its steps and fees are unknown`,
      where: store.root,
      fix: "Fetch or import the symbol again; its candles stay as they are.",
    });
  }
  return { instrument: withSaidTerms(known, said), key: { venue, symbol, kind, timeframe: source } };
}

async function loadHistory(store: MarketStore, options: LoadOptions, symbol: string): Promise<SymbolHistory> {
  const { venue, timeframe } = options;
  const { instrument, key } = storedSymbol(store, options, symbol);
  const { kind, timeframe: source } = key;
  const said = options.terms?.[symbol] ?? {};
  const toMs = options.toMs ?? Infinity;
  let candles = await store.readCandles(key, options.fromMs, toMs + timeframeMs(timeframe));
  if (source !== timeframe) candles = resampled(candles, source, timeframe, instrument, options.onNote);
  if (candles.length === 0) throw emptyError(options, symbol, source);
  checkTerms(instrument, said.tickSize === undefined ? undefined : candles, `${venue} ${symbol}`);
  for (const note of dataNotes(store, key, instrument, candles)) {
    options.onNote?.(`${symbol}: ${note}`);
  }
  // Only a contract with funding pays it. Rates beside spot candles alone were perhaps meant for them: that is said.
  const alone = storedKeys(store.root).every(
    (other) => other.venue !== venue || other.symbol !== symbol || other.kind === kind,
  );
  const reads = alone || instrument.fundingIntervalHours !== undefined;
  const funding = reads ? await store.readFunding(venue, symbol) : undefined;
  const mark =
    options.marks !== false && isMargined(instrument.kind) ? await loadMarks(store, options, key) : undefined;
  return {
    instrument,
    candles,
    ...(funding === undefined || funding.length === 0 ? {} : { funding }),
    ...(mark === undefined || mark.length === 0 ? {} : { mark }),
  };
}

/** Mark prices of the set's bars. A longer bar has one where those of all its parts are known. */
async function loadMarks(store: MarketStore, { timeframe, ...options }: LoadOptions, key: SetKey): Promise<Candles> {
  const toMs = (options.toMs ?? Infinity) + timeframeMs(timeframe);
  const marks = await store.readCandles({ ...key, price: "mark" }, options.fromMs, toMs);
  if (key.timeframe === timeframe) return marks;
  // Each of its bars is a price, also where it stood still: nothing of it is left out.
  return resampleCandles({ ...marks, volume: marks.volume.slice().fill(1) }, key.timeframe, timeframe, { minShare: 1 });
}

/** What the store knows against the data, in sentences. */
function dataNotes(store: MarketStore, key: SetKey, instrument: Instrument, candles: Candles): string[] {
  const { report } = readFindings(store.root, key) ?? {};
  const tick = tickText(instrument, candles);
  return [
    ...(isOfEarlierVersion(instrument) ? ["its tick and lot are of an earlier version: import its files again"] : []),
    ...(tick === undefined ? [] : [tick]),
    ...(report === undefined ? [] : findingNotes(report)),
  ];
}

function resampled(
  candles: Candles,
  from: Timeframe,
  to: Timeframe,
  instrument: Instrument,
  onNote: LoadOptions["onNote"],
): Candles {
  const { candles: made, counts } = resampleCounted(candles, from, to);
  if (onNote === undefined || made.length === 0) return made;
  const parts: string[] = [];
  // Where a market closes every day, no bar of a day has all its parts.
  const thin = instrument.calendar === "24/7" ? counts.thin : 0;
  if (thin > WORTH_A_WORD * counts.bars) parts.push(`${share(thin, counts.bars)} of them lack ${from} bars`);
  const span = (made.timeMs[made.length - 1] - made.timeMs[0]) / timeframeMs(to) + 1;
  const missing = instrument.calendar === "24/7" ? Math.round(span - made.length) : counts.offGrid;
  if (missing > WORTH_A_WORD * span) {
    const offGrid = counts.offGrid > 0 ? `, ${counts.offGrid} for ${from} bars off the grid` : "";
    parts.push(`${share(missing, span)} of their time has no bar${offGrid}`);
  }
  if (parts.length > 0)
    onNote(`${instrument.symbol}: the ${to} bars are made of ${from} bars; ${parts.join(", and ")}.`);
  return made;
}

function share(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** The wanted kind where it is stored; else the perpetual, or what there is. */
function storedKind(
  stored: readonly StoredKey[],
  venue: string,
  symbol: string,
  wanted: InstrumentKind | undefined,
): InstrumentKind {
  const kinds = stored.filter((key) => key.venue === venue && key.symbol === symbol).map((key) => key.kind);
  return (
    [wanted, InstrumentKind.perpetual, kinds[0]].find((kind) => kind !== undefined && kinds.includes(kind)) ??
    InstrumentKind.perpetual
  );
}

/** The stored timeframe to read: the wanted one, else the longest that divides it. */
function sourceTimeframe(root: string, stored: readonly StoredKey[], wanted: Required<SetKey>): Timeframe {
  const candidates = stored
    .filter((key) => key.venue === wanted.venue && key.symbol === wanted.symbol && key.kind === wanted.kind)
    .map((key) => key.timeframe);
  if (candidates.includes(wanted.timeframe)) return wanted.timeframe;
  const best = candidates.filter((lower) => isMultiple(lower, wanted.timeframe)).pop();
  if (best !== undefined) return best;
  throw missingError(root, wanted, stored);
}

function missingError(root: string, wanted: SetKey, stored: readonly SetKey[]): TidemarkError {
  const ofSymbol = stored.filter((key) => key.symbol === wanted.symbol).map((key) => `${key.venue} ${key.timeframe}`);
  const symbols = [...new Set(stored.filter((key) => key.venue === wanted.venue).map((key) => key.symbol))];
  const have =
    ofSymbol.length > 0
      ? `the store has ${wanted.symbol} as ${ofSymbol.join(", ")}`
      : symbols.length > 0
        ? `the store has ${symbols.join(", ")} of ${wanted.venue}`
        : stored.length > 0
          ? `the store has history of ${[...new Set(stored.map((key) => key.venue))].join(", ")} only`
          : "the store is empty";
  return new TidemarkError("DATA_MISSING", {
    what: `There are no ${wanted.timeframe} candles of ${wanted.symbol} from ${wanted.venue}: ${have}`,
    where: root,
    fix: "Fetch or import them first.",
  });
}

function emptyError(options: LoadOptions, symbol: string, source: Timeframe): TidemarkError {
  const from = options.fromMs === undefined ? "its start" : formatDay(options.fromMs);
  const to = options.toMs === undefined ? "its end" : formatDay(options.toMs);
  return new TidemarkError("DATA_MISSING", {
    what: `${symbol} has no complete ${options.timeframe} bar from ${from} to ${to}`,
    where: `${options.venue} ${symbol} ${source}`,
    fix: "Choose another range, or fetch more history.",
  });
}
