/**
 * @file The one place where the contract of imported history is made. What the user says comes first, then what the
 * catalog knows, then guesses; each guess is kept beside the contract with what it was guessed from.
 */
import {
  defaultInstrument,
  type GuessableTerm,
  type Instrument,
  InstrumentKind,
  type InstrumentOverrides,
  quoteOf,
  usualMaintenance,
} from "../../core/index.ts";
import type { Candles } from "../candles.ts";
import { guessedMinimum } from "./minimum.ts";
import { guessedLot, guessedTick } from "./steps.ts";
import { checkTerms } from "./terms.ts";

export type ContractFacts = {
  readonly venue: string;
  readonly symbol: string;
  readonly kind: InstrumentKind;
  /** What the kind was guessed from, where nobody said it. */
  readonly kindFrom?: string;
  /** What the file or its name says the prices are in. */
  readonly quote?: string;
  readonly calendar: string;
  readonly calendarFrom?: string;
};

/** Of a coin that is neither the largest nor the smallest; half of its margin is 2 %. */
const COIN_LEVERAGE = 25;

type Guesses = Partial<Record<GuessableTerm, string>>;

/**
 * The contract of imported candles. A known contract of that kind keeps its terms, whatever the file looks like: no
 * import changes what another set is traded by. Throws DATA_CONTRACT where terms that were said can't be.
 */
export function contractFor(
  facts: ContractFacts,
  candles: Candles,
  known: Instrument | undefined,
  said: InstrumentOverrides,
  where: string,
): Instrument {
  const contract =
    known === undefined || isOfEarlierVersion(known) ? born(facts, candles, said) : amended(known, said, facts);
  checkTerms(contract, candles, where);
  return contract;
}

function born(facts: ContractFacts, candles: Candles, said: InstrumentOverrides): Instrument {
  const { venue, symbol, kind } = facts;
  const guessed: Guesses = {};
  if (facts.kindFrom !== undefined) guessed.kind = facts.kindFrom;
  const inSymbol = quoteOf(symbol);
  const quote = said.quote ?? facts.quote ?? inSymbol ?? "USD";
  if (said.quote === undefined && facts.quote === undefined) {
    if (inSymbol === undefined) guessed.quote = "the symbol names no currency";
  }
  const { lowest, highest } = extent(candles);
  const minNotional = said.minNotional ?? guessedMinimum(quote);
  const terms = {
    tickSize: guessedTick(
      [candles.open, candles.high, candles.low, candles.close].map((column) => column.subarray(0, candles.length)),
      lowest,
    ),
    lotStep: guessedLot(highest, minNotional),
    minNotional,
  };
  guessed.tickSize = "the size of the prices";
  guessed.lotStep = "the size of the prices";
  guessed.minNotional = `about 5 USD in ${quote}`;
  const { contract: usual, guessed: ofKind } = usualTerms(symbol, kind, said);
  Object.assign(guessed, ofKind);
  if (facts.calendarFrom !== undefined) guessed.calendar = facts.calendarFrom;
  const base = inSymbol === quote ? symbol.slice(0, -quote.length) : usual.base;
  const contract = {
    ...usual,
    base: inSymbol === undefined ? symbol : base,
    quote,
    ...terms,
    calendar: facts.calendar,
    ...said,
    venue,
    symbol,
    kind,
  };
  return withGuesses(contract, guessed, said);
}

/** What carried-over contracts of imports have in place of a guess: their steps were read off the spelling of files. */
export const EARLIER_VERSION = "an earlier version";

export function isOfEarlierVersion(contract: Instrument): boolean {
  return contract.guessed?.tickSize === EARLIER_VERSION;
}

function amended(known: Instrument, said: InstrumentOverrides, facts: ContractFacts): Instrument {
  const isCalendarOpen = known.guessed?.calendar !== undefined && facts.calendarFrom !== undefined;
  const calendar = isCalendarOpen ? { calendar: facts.calendar } : {};
  const guesses = isCalendarOpen ? { ...known.guessed, calendar: facts.calendarFrom } : (known.guessed ?? {});
  return withGuesses({ ...known, ...calendar, ...withTerms(known, said) }, guesses, said);
}

/**
 * A contract with terms that a user says, and those guesses made anew that follow from them. Another kind is another
 * contract: fees, leverage, margin and funding are those of the new kind.
 */
export function withSaidTerms(known: Instrument, said: InstrumentOverrides): Instrument {
  const contract = said.kind === undefined || said.kind === known.kind ? known : rebuilt(known, said.kind);
  return withGuesses({ ...contract, ...withTerms(contract, said) }, contract.guessed ?? {}, said);
}

function rebuilt(known: Instrument, kind: InstrumentKind): Instrument {
  const { venue, symbol, base, quote, tickSize, lotStep, minNotional, multiplier, calendar, synthetic } = known;
  const kept = { base, quote, tickSize, lotStep, minNotional, multiplier, calendar, synthetic };
  const usual = usualTerms(symbol, kind, {});
  const guessed = { ...usual.guessed };
  for (const term of ["quote", "tickSize", "lotStep", "minNotional", "calendar"] as const) {
    const from = known.guessed?.[term];
    if (from !== undefined) guessed[term] = from;
  }
  return withGuesses({ ...usual.contract, ...kept, venue, symbol, kind }, guessed, {});
}

/** What is usual for a kind: fees, leverage, margin, funding. */
function usualTerms(
  symbol: string,
  kind: InstrumentKind,
  said: InstrumentOverrides,
): { readonly contract: Instrument; readonly guessed: Guesses } {
  const usual = defaultInstrument(symbol, { kind });
  const guessed: Guesses = {};
  for (const term of ["takerFeeBps", "makerFeeBps", "maxLeverage"] as const) guessed[term] = `usual for ${kind}`;
  if (usual.fundingIntervalHours !== undefined) guessed.fundingIntervalHours = `usual for ${kind}`;
  const isCoinContract = kind === InstrumentKind.perpetual || kind === InstrumentKind.future;
  const maxLeverage = said.maxLeverage ?? (isCoinContract ? COIN_LEVERAGE : usual.maxLeverage);
  if (maxLeverage > 1) guessed.maintenanceMarginRate = "half of the opening margin at the greatest leverage";
  return {
    contract: { ...usual, maxLeverage, maintenanceMarginRate: usualMaintenance(kind, maxLeverage) },
    guessed,
  };
}

function withTerms(known: Instrument, said: InstrumentOverrides): InstrumentOverrides {
  const terms: Record<string, unknown> = { ...said };
  if (said.quote !== undefined && said.quote !== known.quote && said.minNotional === undefined) {
    if (known.guessed?.minNotional !== undefined) terms["minNotional"] = guessedMinimum(said.quote);
  }
  if (said.maxLeverage !== undefined && said.maintenanceMarginRate === undefined) {
    if (known.guessed?.maintenanceMarginRate !== undefined) {
      terms["maintenanceMarginRate"] = usualMaintenance(known.kind, said.maxLeverage);
    }
  }
  // A rate that is said stands alone: a ladder beside it would be the one that counts.
  if (said.maintenanceMarginRate !== undefined) terms["maintenanceTiers"] = undefined;
  return terms;
}

function withGuesses(contract: Instrument, guesses: Guesses, said: InstrumentOverrides): Instrument {
  const left = Object.fromEntries(
    Object.entries(guesses).filter(([term]) => said[term as GuessableTerm] === undefined),
  ) as Guesses;
  const { guessed: _, ...told } = contract;
  const clean = Object.fromEntries(
    Object.entries(told).filter(([, value]) => value !== undefined),
  ) as unknown as Instrument;
  return Object.keys(left).length === 0 ? clean : { ...clean, guessed: left };
}

function extent({ low, high, length }: Candles): { lowest: number; highest: number } {
  let lowest = Infinity;
  let highest = 0;
  for (let i = 0; i < length; i++) {
    if (low[i] < lowest) lowest = low[i];
    if (high[i] > highest) highest = high[i];
  }
  return { lowest, highest };
}

/** What was guessed of a contract, in one line for people, by what it was guessed from; empty where nothing was. */
export function guessText(contract: Instrument): string {
  const bySource = new Map<string, string[]>();
  for (const [term, from] of Object.entries(contract.guessed ?? {}) as [GuessableTerm, string][]) {
    const texts = bySource.get(from) ?? [];
    texts.push(`${TERM_NAMES[term]} ${termText(contract, term)}`);
    bySource.set(from, texts);
  }
  return [...bySource].map(([from, texts]) => `${texts.join(", ")} (${from})`).join("; ");
}

const TERM_NAMES: Readonly<Record<GuessableTerm, string>> = {
  kind: "kind",
  quote: "quote",
  tickSize: "tick",
  lotStep: "lot",
  minNotional: "smallest order",
  takerFeeBps: "taker fee",
  makerFeeBps: "maker fee",
  maxLeverage: "greatest leverage",
  maintenanceMarginRate: "maintenance margin",
  fundingIntervalHours: "funding every",
  calendar: "calendar",
};

function termText(contract: Instrument, term: GuessableTerm): string {
  if (term === "takerFeeBps" || term === "makerFeeBps") return `${contract[term]} bps`;
  if (term === "maintenanceMarginRate") return `${Number((100 * contract[term]).toPrecision(3))} %`;
  if (term === "fundingIntervalHours") return `${contract[term] ?? 0} h`;
  return term === "minNotional" ? `${contract.minNotional} ${contract.quote}` : `${contract[term]}`;
}
