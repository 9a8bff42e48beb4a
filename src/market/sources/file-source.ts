/** @file Import of candles: a file is read, checked as a whole, and only then stored with the contract that it is history of. */
import { basename } from "node:path";
import {
  formatMinute,
  type Instrument,
  type InstrumentKind,
  type InstrumentOverrides,
  isMargined,
  plainSymbol,
  TidemarkError,
} from "../../core/index.ts";
import { type Candles, firstDisorder } from "../candles.ts";
import { contractFor, guessText, withSaidTerms } from "../contract/birth.ts";
import { checkCandles } from "../quality/check.ts";
import { isUntouched, repairCandles, repairText } from "../quality/repair.ts";
import { type QualityReport, Verdict } from "../quality/report.ts";
import { readFindings, writeFindings } from "../store/findings.ts";
import { storedKeys } from "../store/list.ts";
import type { MergeCounts } from "../store/merge.ts";
import type { SetKey } from "../store/paths.ts";
import type { MarketStore } from "../store/store.ts";
import { ALWAYS_OPEN, SessionDays, WEEKDAYS } from "./calendar.ts";
import { compareCandles, ImportClaims } from "./claims.ts";
import { type CandleFile, type CandleFileOptions, readCandleFile } from "./csv/candle-file.ts";
import { suffixCurrency } from "./csv/exchange-suffix.ts";
import { fileNameFacts } from "./csv/file-name.ts";
import { formatError } from "./csv/problem.ts";
import { guessedKind } from "./kind.ts";
import { marksBeside, requireSameMarket } from "./mark-source.ts";
import { CALENDAR_FROM, settleSets } from "./settle.ts";
import type { Collected, CollectOptions, MarketSource } from "./source.ts";

export type CandleFileSourceOptions = Omit<CandleFileOptions, "keepImpossible" | "signal" | "onBytes"> & {
  readonly path: string;
  /** The venue that the history is filed under. Default: "csv". */
  readonly venue?: string;
  /** Terms of the contract that the user says. What neither they nor the catalog say is guessed, and told. */
  readonly instrument?: InstrumentOverrides;
  /** The same for single symbols, in plain form; `instrument` comes before it. */
  readonly terms?: Readonly<Record<string, InstrumentOverrides>>;
  /** What a market is taken for where nothing shows it. Default: perpetual. */
  readonly usualKind?: InstrumentKind;
  /** Puts rows in order and leaves out doubled and impossible ones instead of refusing the file. */
  readonly repair?: boolean;
  /** Files of one command share these; without them a file stands alone. */
  readonly claims?: ImportClaims;
};

const DEFAULT_VENUE = "csv";

/**
 * One candle file; several markets in it become several sets. It is refused with DATA_FORMAT, DATA_QUALITY or
 * DATA_CONTRACT where it can't be trusted; then nothing of it is stored.
 */
export function candleFileSource(options: CandleFileSourceOptions): MarketSource {
  return { name: basename(options.path), collect: (store, run = {}) => importCandles(options, store, run) };
}

async function importCandles(
  options: CandleFileSourceOptions,
  store: MarketStore,
  run: CollectOptions,
): Promise<Collected[]> {
  const { path } = options;
  const label = basename(path);
  const reading = {
    ...options,
    keepImpossible: options.repair === true,
    ...(run.signal === undefined ? {} : { signal: run.signal }),
  };
  const files = await readCandleFile(path, {
    ...reading,
    onBytes: (done, total) => run.onProgress?.({ label, done: megabytes(done), total: megabytes(total), unit: "MB" }),
  });
  const claims = options.claims ?? new ImportClaims();
  const { origin } = fileNameFacts(path);
  // All markets of a file are looked at before the first is stored: it is kept whole or not at all.
  const marks = await marksBeside(path, files, reading);
  const ready: Ready[] = [];
  for (const file of files) {
    const one = await prepared(file, options, store, claims, origin);
    const twin = ready.findIndex(({ key }) => isSameSet(key, one.key));
    if (twin >= 0) throw sameNameError(path, files[twin].symbol, file.symbol, one.key.symbol);
    ready.push(withMarks(one, file, marks.get(file.symbol), path));
  }
  const collected: Collected[] = [];
  for (const one of ready) collected.push(await stored(one, store, claims, path, origin, run));
  if (options.claims === undefined) await settleSets(store, claims.keys(), run.signal, (key) => claims.reportOf(key));
  return collected.map((one) => withInstrument(one, store));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

/** The contract as it is after the set was looked at as a whole. */
function withInstrument(collected: Collected, store: MarketStore): Collected {
  const { venue, symbol, key } = collected;
  const instrument = store.instrument(venue, symbol, key?.kind);
  return instrument === undefined ? collected : { ...collected, instrument };
}

type Ready = {
  readonly key: Required<SetKey>;
  readonly candles: Candles;
  readonly instrument: Instrument;
  readonly quality: QualityReport;
  readonly emptyRows: number;
  /** Mark prices of these candles. */
  readonly marks?: Candles;
  /** The contract of the other kind that these candles were stored under by mistake. */
  readonly mistaken: Instrument | undefined;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
};

async function prepared(
  file: CandleFile,
  options: CandleFileSourceOptions,
  store: MarketStore,
  claims: ImportClaims,
  origin: string,
): Promise<Ready> {
  const { path } = options;
  const venue = options.venue ?? DEFAULT_VENUE;
  const symbol = symbolOf(file.symbol, path);
  const said = { ...options.terms?.[symbol], ...options.instrument };
  const shown = shownCalendar(file);
  const { kind, from } = kindOfFile(file, symbol, venue, said.kind, shown, options, store);
  const known = store.instrument(venue, symbol, kind);
  const isClosing = kind === "stock" || kind === "index" || kind === "forex";
  const usual = isClosing ? WEEKDAYS : ALWAYS_OPEN;
  const calendar =
    said.calendar ?? (known?.guessed?.calendar === undefined ? known?.calendar : undefined) ?? shown ?? usual;
  const { candles, notes } = usable(file, options, calendar);
  const quality = checkCandles(candles, file.timeframe, { calendar, quietBars: file.emptyRows });
  if (quality.verdict === Verdict.unusable) throw qualityError(path, quality);
  const key = { venue, symbol, kind, timeframe: file.timeframe };
  const mistaken = known === undefined ? await mistakenKind(store, key, candles, said.kind) : undefined;
  const quote = suffixCurrency(symbol);
  const facts = {
    venue,
    symbol,
    kind,
    ...(from === undefined ? {} : { kindFrom: from }),
    ...(quote === undefined ? {} : { quote }),
    calendar,
    calendarFrom: shown === undefined ? `usual for ${kind}` : CALENDAR_FROM,
  };
  const instrument =
    mistaken === undefined
      ? contractFor(facts, candles, known, said, path)
      : withSaidTerms(mistaken, { ...said, kind });
  await claims.check(store, key, candles, path, origin);
  return {
    key,
    candles,
    instrument,
    quality,
    emptyRows: file.emptyRows,
    mistaken,
    notes: [...file.notes, ...notes],
    warnings: file.warnings,
  };
}

/** The marks of the same rows, of a contract on margin; of what is held outright they are told and left. */
function withMarks(ready: Ready, { marks: found }: CandleFile, marks: Candles | undefined, path: string): Ready {
  const { key, candles, warnings } = ready;
  if (found === "none") return ready;
  if (found === "some") {
    const text =
      "the columns of mark prices are not used: margin and liquidation need open, high, low and close of the mark (mark_open, mark_high, mark_low, mark_close)";
    return { ...ready, warnings: [...warnings, text] };
  }
  if (marks === undefined) return ready;
  if (!isMargined(key.kind)) {
    const text = `the columns of mark prices are not used: ${key.symbol} is ${key.kind}, which is held outright; --kind perpetual says otherwise`;
    return { ...ready, warnings: [...warnings, text] };
  }
  requireSameMarket(marks, candles, key.symbol, path);
  return { ...ready, marks };
}

async function stored(
  ready: Ready,
  store: MarketStore,
  claims: ImportClaims,
  path: string,
  origin: string,
  run: CollectOptions,
): Promise<Collected> {
  const { key, candles, instrument, quality, mistaken } = ready;
  run.signal?.throwIfAborted();
  const notes = [...ready.notes];
  const warnings = [...ready.warnings];
  for (const note of notes.filter((text) => text.startsWith("repair"))) run.onNote?.(`${basename(path)}: ${note}`);
  if (mistaken !== undefined) {
    await store.changeKind(mistaken, instrument);
    warnings.push(`${key.symbol} was stored as ${mistaken.kind}: it is ${key.kind} now, with a new contract`);
  }
  const isNew = store.instrument(key.venue, key.symbol, key.kind) === undefined;
  const isWhole = !storedKeys(store.root).some((other) => isSameSet(other, key));
  const counts = await store.mergeCandles(key, candles);
  const marks =
    ready.marks === undefined ? undefined : await store.mergeCandles({ ...key, price: "mark" }, ready.marks);
  await store.putInstruments([instrument]);
  if (ready.emptyRows > 0) {
    const before = readFindings(store.root, key)?.emptyRows ?? 0;
    writeFindings(store.root, key, { emptyRows: Math.max(before, ready.emptyRows) });
  }
  claims.add(key, candles, path, origin, isWhole ? quality : undefined);
  if (counts.otherPrices !== undefined) warnings.push(replacedText(key, counts));
  const guesses = isNew ? guessText(instrument) : "";
  if (guesses !== "") notes.push(`guessed: ${guesses}`);
  if (instrument.calendar !== ALWAYS_OPEN) notes.push(`calendar: ${instrument.calendar}`);
  return {
    key,
    venue: key.venue,
    symbol: key.symbol,
    candles: counts,
    funding: { added: 0, replaced: 0, unchanged: 0 },
    ...(marks === undefined ? {} : { marks }),
    quality,
    instrument,
    notes,
    warnings,
  };
}

function isSameSet(a: Required<SetKey>, b: Required<SetKey>): boolean {
  return a.venue === b.venue && a.symbol === b.symbol && a.kind === b.kind && a.timeframe === b.timeframe;
}

function replacedText(key: SetKey, { otherPrices = 0, replaced, unchanged }: MergeCounts): string {
  return (
    `${otherPrices} of the ${replaced + unchanged} bars that were stored already had other prices and were replaced: ` +
    `was this file of another market? If so, import each apart with --venue, after deleting candles/${key.venue}/${key.symbol}`
  );
}

function sameNameError(path: string, one = "", other = "", symbol = ""): TidemarkError {
  return formatError(
    path,
    `The file holds "${one}" and "${other}", which are both ${symbol}`,
    "Keep the rows of one of them in a file of its own, or import each apart with `--venue`; nothing was stored.",
  );
}

function symbolOf(name: string | undefined, path: string): string {
  const symbol = name === undefined ? "" : plainSymbol(name);
  if (symbol !== "") return symbol;
  throw formatError(
    path,
    "Neither the file nor its name says which symbol it is of",
    "Give the symbol with `--symbol`.",
  );
}

function shownCalendar({ candles, timeframe }: CandleFile): string | undefined {
  const days = new SessionDays();
  days.add(candles.timeMs, candles.length, timeframe);
  return days.calendar();
}

/** Said by the user, told by the file's name, known of the only stored market of that name, or guessed. */
function kindOfFile(
  file: CandleFile,
  symbol: string,
  venue: string,
  said: InstrumentKind | undefined,
  calendar: string | undefined,
  options: CandleFileSourceOptions,
  store: MarketStore,
): { readonly kind: InstrumentKind; readonly from?: string } {
  if (said !== undefined) return { kind: said };
  const named = fileNameFacts(options.path).kind;
  const known = store.instruments().filter((one) => one.venue === venue && one.symbol === symbol);
  if (named === undefined && known.length === 1) return { kind: known[0].kind };
  return guessedKind({ symbol, named, header: file.header, calendar, usual: options.usualKind ?? "perpetual" });
}

/** A stored market of another kind whose bars these are again: then its kind was a mistake, and is corrected. */
async function mistakenKind(
  store: MarketStore,
  key: Required<SetKey>,
  candles: Candles,
  said: InstrumentKind | undefined,
): Promise<Instrument | undefined> {
  if (said === undefined) return undefined;
  const others = storedKeys(store.root).filter(
    (other) => other.venue === key.venue && other.symbol === key.symbol && other.kind !== key.kind,
  );
  for (const other of others.filter(({ timeframe }) => timeframe === key.timeframe)) {
    const last = candles.timeMs[candles.length - 1];
    const kept = await store.readCandles(other, candles.timeMs[0], last + 1);
    const { common, others: different } = compareCandles(kept, candles);
    if (common > 0.9 * candles.length && different === 0) return store.instrument(key.venue, key.symbol, other.kind);
  }
  return undefined;
}

function usable(
  file: CandleFile,
  options: CandleFileSourceOptions,
  calendar: string,
): { candles: Candles; notes: readonly string[] } {
  if (options.repair !== true) {
    if (firstDisorder(file.candles.timeMs, file.candles.length) >= 0) {
      throw disorderError(options.path, file, checkCandles(file.candles, file.timeframe, { calendar }));
    }
    return { candles: file.candles, notes: [] };
  }
  const repaired = repairCandles(file.candles);
  if (repaired.conflicts > 0) throw conflictError(options.path, repaired.conflicts, repaired.firstConflictMs ?? 0);
  if (isUntouched(repaired)) return { candles: file.candles, notes: [] };
  return { candles: repaired.candles, notes: [`repaired: ${repairText(repaired)}`] };
}

function conflictError(path: string, conflicts: number, firstMs: number): TidemarkError {
  return new TidemarkError("DATA_QUALITY", {
    what: `${conflicts} rows have the time of another row and other prices, the first at ${formatMinute(firstMs)}; a repair can't know which is real`,
    where: path,
    fix: "Two markets in one file need a column that names them; a local clock is turned into UTC with `--timezone`. Nothing was stored.",
  });
}

function disorderError(path: string, file: CandleFile, report: QualityReport): TidemarkError {
  const { conflicts, firstConflictMs = 0 } = repairCandles(file.candles);
  return conflicts > 0 ? conflictError(path, conflicts, firstConflictMs) : qualityError(path, report, true);
}

function qualityError(path: string, { findings }: QualityReport, repairable = false): TidemarkError {
  const errors = findings.filter((finding) => finding.severity === "error");
  const [first] = errors;
  const example = first.examples[0];
  return new TidemarkError("DATA_QUALITY", {
    what:
      `The rows can't be used: ${errors.map((finding) => `${finding.count} ${finding.kind}`).join(", ")}; ` +
      `the first at ${formatMinute(example.tsMs)}: ${example.detail}`,
    where: path,
    fix: repairable
      ? "`--repair` puts rows in order and leaves out exact copies, nothing else; nothing was stored."
      : first.kind === "sparse"
        ? "Import a more complete file, or say when the market is open with `--calendar weekdays`; nothing was stored."
        : "Import a more complete file; nothing was stored.",
  });
}
