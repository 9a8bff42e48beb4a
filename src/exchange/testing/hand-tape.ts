/** @file Small tapes written by hand, and random ones from a seed, for tests and benchmarks. */
import {
  defaultInstrument,
  type Instrument,
  type InstrumentOverrides,
  isMargined,
  parseTimeframe,
  type Random,
} from "../../core/index.ts";
import { createTape, emptyMarks, type MarketTape, writeMark } from "../../market/index.ts";

/** Open, high, low, close, then volume (default 1e9) and the funding rate of the stamp at its open (default 0). */
export type HandBar = readonly [open: number, high: number, low: number, close: number, volume?: number, rate?: number];

const HAND_VOLUME = 1e9;

/** A perpetual with steps of 0.01 in price and 0.001 in quantity, no fee, no minimum, 0.5 % maintenance margin. */
export function plainInstrument(overrides: InstrumentOverrides = {}, symbol = "AAAUSDT"): Instrument {
  const plain = { tickSize: "0.01", lotStep: "0.001", minNotional: 0, takerFeeBps: 0, maxLeverage: 100 };
  return defaultInstrument(symbol, { ...plain, ...overrides });
}

/** A tape of hourly bars; `bars[t][s]` is null where the symbol is absent and then carries its last close. */
export function handTape(
  instruments: readonly Instrument[],
  bars: ReadonlyArray<ReadonlyArray<HandBar | null>>,
  timeframe = "1h",
): MarketTape {
  const tape = createTape(instruments, parseTimeframe(timeframe), bars.length);
  const symbols = instruments.length;
  for (let t = 0; t < bars.length; t++) {
    tape.timeMs[t] = t * tape.barMs;
    for (let s = 0; s < symbols; s++) {
      const cell = t * symbols + s;
      const bar = bars[t][s];
      const carried = t === 0 ? 0 : tape.close[cell - symbols];
      tape.open[cell] = bar?.[0] ?? carried;
      tape.high[cell] = bar?.[1] ?? carried;
      tape.low[cell] = bar?.[2] ?? carried;
      tape.close[cell] = bar?.[3] ?? carried;
      tape.volume[cell] = bar === null ? 0 : (bar[4] ?? HAND_VOLUME);
      tape.funding[cell] = bar?.[5] ?? 0;
      tape.present[cell] = bar === null ? 0 : 1;
    }
  }
  tape.bars = bars.length;
  return tape;
}

/** A tape of one plain instrument. */
export function oneSymbolTape(bars: ReadonlyArray<HandBar | null>, overrides: InstrumentOverrides = {}): MarketTape {
  return handTape(
    [plainInstrument(overrides)],
    bars.map((bar) => [bar]),
  );
}

/** A bar that stands still. */
export function still(price: number): HandBar {
  return [price, price, price, price];
}

const KINDS = [
  { kind: "perpetual", minNotional: 5, takerFeeBps: 5.5 },
  { kind: "spot", minNotional: 5, takerFeeBps: 10 },
  { kind: "perpetual", tickSize: "0.1", lotStep: "0.01", takerFeeBps: 2 },
  { kind: "forex", tickSize: "0.00001", lotStep: "1", minNotional: 0, maxLeverage: 1, takerFeeBps: 0.2 },
  { kind: "perpetual", tickSize: "0.5", lotStep: "1", multiplier: 0.01, takerFeeBps: 5, maintenanceMarginRate: 0.02 },
  {
    kind: "perpetual",
    takerFeeBps: 5.5,
    maintenanceTiers: [
      { upToNotional: 300, rate: 0.005, deduction: 0, maxLeverage: 100 },
      { upToNotional: 2_000, rate: 0.02, deduction: 4.5, maxLeverage: 50 },
      { upToNotional: 9_000, rate: 0.1, deduction: 164.5, maxLeverage: 10 },
    ],
  },
  { kind: "stock", lotStep: "1", minNotional: 0, takerFeeBps: 1 },
] as const satisfies readonly InstrumentOverrides[];

/** The tape with marks: `marks[t][s]` is undefined where the mark is not known. */
export function withMarks(
  tape: MarketTape,
  marks: ReadonlyArray<ReadonlyArray<readonly [number, number, number, number] | undefined>>,
): MarketTape {
  const marked = { ...tape, ...emptyMarks(tape.bars * tape.symbols) };
  for (let t = 0; t < tape.bars; t++) for (let s = 0; s < tape.symbols; s++) writeMark(marked, t, s, marks[t][s]);
  return marked;
}

/** A mark that stays near the market and goes along with few of its jumps; some bars have none. */
function randomMarks(random: Random, tape: MarketTape): MarketTape {
  const marks = Array.from({ length: tape.bars }, (_, t) =>
    tape.instruments.map(({ kind }, s) => {
      if (!isMargined(kind) || random.uniform() < 0.05) return undefined;
      const cell = t * tape.symbols + s;
      const near = (price: number): number => price * Math.exp(0.005 * random.normal());
      const [open, close] = [near(tape.open[cell]), near(tape.close[cell])];
      const part = random.uniform();
      const high = Math.max(open, close) + part * (tape.high[cell] - Math.max(tape.open[cell], tape.close[cell]));
      const low = Math.min(open, close) - part * (Math.min(tape.open[cell], tape.close[cell]) - tape.low[cell]);
      return [open, high, low, close] as const;
    }),
  );
  return withMarks(tape, marks);
}

/** Columns that only some tapes have: rates of foreign quotes, funding inside of bars, and mark prices. */
function withRareColumns(random: Random, tape: MarketTape): MarketTape {
  const foreign = tape.instruments.some(({ quote }) => quote !== tape.currency);
  const cells = tape.bars * tape.symbols;
  const rate = new Float64Array(cells).fill(1);
  for (let s = 0; s < tape.symbols; s++) {
    let own = Math.exp(2 * random.normal());
    for (let t = 0; t < tape.bars; t++) {
      if (tape.instruments[s].quote !== tape.currency) rate[t * tape.symbols + s] = own;
      own *= Math.exp(0.02 * random.normal());
    }
  }
  const inside = random.uniform() < 0.3;
  const drawn = (): Float64Array =>
    Float64Array.from({ length: cells }, () => (random.uniform() < 0.15 ? 0.003 * random.normal() : 0));
  const made = {
    ...tape,
    ...(foreign ? { rate } : {}),
    ...(inside ? { fundingAtOpen: drawn(), fundingWithin: drawn() } : {}),
  };
  // A stream of its own, so that whatever else is drawn stays what it is.
  const own = random.fork("marks");
  return own.uniform() < 0.4 ? randomMarks(own, made) : made;
}

/**
 * A wild market: every kind of instrument, several quotes, jumps of up to 40 % inside a bar, absent bars, late starts,
 * early deaths, expiry, funding, sometimes no volume.
 */
export function randomTape(random: Random, symbols: number, bars: number): MarketTape {
  const mixed = random.uniform() < 0.3;
  const instruments = Array.from({ length: symbols }, (_, s) => {
    const expiryMs = random.uniform() < 0.1 ? (1 + random.below(bars)) * 3_600_000 : undefined;
    const rules = { ...KINDS[random.below(KINDS.length)], ...(expiryMs === undefined ? {} : { expiryMs }) };
    return plainInstrument(rules, `S${s}${mixed && s > 0 && random.uniform() < 0.5 ? "BTC" : "USDT"}`);
  });
  const rows: Array<Array<HandBar | null>> = Array.from({ length: bars }, () => []);
  for (let s = 0; s < symbols; s++) {
    const tick = Number(instruments[s].tickSize);
    const onGrid = (price: number): number => Math.max(1, Math.round(price / tick)) * tick;
    const volatility = [0.002, 0.01, 0.04][random.below(3)];
    const absent = [0, 0.02, 0.2][random.below(3)];
    const volume = [0, 50, 1e4, 1e7][random.below(4)];
    let price = onGrid(tick * 1_000 * (1 + 50 * random.uniform()));
    const start = random.uniform() < 0.8 ? 0 : random.below(Math.min(5, bars));
    const end = random.uniform() < 0.8 ? bars : 1 + random.below(bars);
    for (let t = 0; t < bars; t++) {
      if (t < start || t >= end || random.uniform() < absent) {
        rows[t].push(null);
        continue;
      }
      const move = (): number => Math.exp(volatility * random.normal() + (random.uniform() < 0.01 ? -0.4 : 0));
      const open = onGrid(random.uniform() < 0.5 ? price : price * move());
      const close = onGrid(open * move());
      const high = onGrid(Math.max(open, close) * Math.exp(volatility * random.uniform()));
      const low = Math.min(onGrid(Math.min(open, close) * Math.exp(-volatility * random.uniform())), open, close);
      const rate = random.uniform() < 0.15 ? 0.003 * random.normal() : 0;
      rows[t].push([open, Math.max(high, open, close), low, close, volume * random.uniform(), rate]);
      price = close;
    }
  }
  return withRareColumns(random, handTape(instruments, rows));
}
