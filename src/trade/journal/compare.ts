/**
 * @file The difference between two records of trading (backtest, paper, live) split trade by trade into what caused it. The
 * parts of a trade add up to its difference exactly, and those of all trades to the difference of the records: what is
 * left by rounding an average price is part of the price.
 */
import { type Decimal, type DecimalText, decimal, exactText, inSlices } from "../../core/index.ts";

export type ComparedTrade = {
  readonly symbol: string;
  readonly side: "long" | "short";
  readonly entryMs: number;
  readonly exitMs: number;
  readonly quantity: DecimalText;
  readonly entryPrice: DecimalText;
  readonly exitPrice: DecimalText;
  readonly grossProfit: DecimalText;
  readonly fees: DecimalText;
  readonly funding: DecimalText;
  readonly netProfit: DecimalText;
  readonly exitReason: string;
};

export type TradingRecord = {
  readonly name: string;
  readonly barMs: number;
  readonly trades: readonly ComparedTrade[];
  /** Bars that were decided on, by "symbol@open"; empty where the record keeps none. */
  readonly rows: ReadonlyMap<string, string>;
  /** Orders that were refused, by us or by the venue. */
  readonly refusals: ReadonlyArray<{ readonly symbol: string; readonly atMs: number; readonly code: string }>;
};

/**
 * `data`: the bars differ. `signal`: another decision on the same bars. `timing`: entered or left at another time. `price`: at the
 * same time at another price. `refusal`: one record's order was refused. `size`: another quantity at the other's prices.
 */
export const DIFFERENCE_PARTS = ["data", "signal", "timing", "price", "fee", "funding", "refusal", "size"] as const;
export type DifferencePart = (typeof DIFFERENCE_PARTS)[number];
export type DifferenceParts = Readonly<Record<DifferencePart, DecimalText>>;

export type TradeDifference = {
  readonly symbol: string;
  readonly entryMs: number;
  readonly a: ComparedTrade | undefined;
  readonly b: ComparedTrade | undefined;
  /** Net profit of b less that of a. */
  readonly difference: DecimalText;
  readonly parts: DifferenceParts;
  readonly why: string;
};

export type RecordComparison = {
  readonly a: string;
  readonly b: string;
  readonly netA: DecimalText;
  readonly netB: DecimalText;
  readonly difference: DecimalText;
  readonly parts: DifferenceParts;
  readonly matched: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly trades: readonly TradeDifference[];
};

type Sums = Record<DifferencePart, Decimal>;

function none(): Sums {
  return Object.fromEntries(DIFFERENCE_PARTS.map((part) => [part, decimal("0")])) as Sums;
}

function texts(sums: Sums): DifferenceParts {
  return Object.fromEntries(DIFFERENCE_PARTS.map((part) => [part, exactText(sums[part])])) as DifferenceParts;
}

/** In slices: a year of trades takes its time, and a server that compares them is asked other things. */
export async function compareRecords(a: TradingRecord, b: TradingRecord): Promise<RecordComparison> {
  const trades: TradeDifference[] = [];
  const parts = none();
  await inSlices(pairs(a, b), ([left, right]) => {
    const trade = explain(a, b, left, right);
    trades.push(trade);
    for (const part of DIFFERENCE_PARTS) parts[part] = parts[part].plus(trade.parts[part]);
  });
  const net = (record: TradingRecord): Decimal =>
    record.trades.reduce((sum, { netProfit }) => sum.plus(netProfit), decimal("0"));
  return {
    a: a.name,
    b: b.name,
    netA: exactText(net(a)),
    netB: exactText(net(b)),
    difference: exactText(net(b).minus(net(a))),
    parts: texts(parts),
    matched: trades.filter((trade) => trade.a !== undefined && trade.b !== undefined).length,
    onlyA: trades.filter((trade) => trade.b === undefined).length,
    onlyB: trades.filter((trade) => trade.a === undefined).length,
    trades,
  };
}

type Pair = readonly [a: ComparedTrade | undefined, b: ComparedTrade | undefined];

/** Trades that are one and the same idea: of one symbol and side, entered within a bar or held at the same time. */
function pairs(a: TradingRecord, b: TradingRecord): Pair[] {
  const barMs = Math.max(a.barMs, b.barMs);
  const symbols = [...new Set([...a.trades, ...b.trades].map(({ symbol }) => symbol))].sort();
  const found: Pair[] = [];
  for (const symbol of symbols) {
    const [left, right] = [a, b].map(({ trades }) =>
      trades.filter((trade) => trade.symbol === symbol).sort((x, y) => x.entryMs - y.entryMs),
    );
    let i = 0;
    let j = 0;
    // From flat to flat, so that the trades of one record follow one another.
    while (i < left.length || j < right.length) {
      const x = i < left.length ? left[i] : undefined;
      const y = j < right.length ? right[j] : undefined;
      const isBoth = x !== undefined && y !== undefined && isSame(x, y, barMs);
      const isFirst = y === undefined || (x !== undefined && x.exitMs <= y.exitMs);
      found.push(isBoth ? [x, y] : isFirst ? [x, undefined] : [undefined, y]);
      if (isBoth || isFirst) i++;
      if (isBoth || !isFirst) j++;
    }
  }
  return found.sort((x, y) => (x[0] ?? x[1] ?? { entryMs: 0 }).entryMs - (y[0] ?? y[1] ?? { entryMs: 0 }).entryMs);
}

function isSame(a: ComparedTrade, b: ComparedTrade, barMs: number): boolean {
  if (a.side !== b.side) return false;
  return Math.abs(a.entryMs - b.entryMs) <= barMs || (a.entryMs < b.exitMs && b.entryMs < a.exitMs);
}

function explain(
  a: TradingRecord,
  b: TradingRecord,
  left: ComparedTrade | undefined,
  right: ComparedTrade | undefined,
): TradeDifference {
  const one = right ?? left;
  if (one === undefined) throw new Error("a pair has a trade");
  if (left === undefined || right === undefined) return lonely(a, b, left, right, one);
  const parts = none();
  const difference = decimal(right.netProfit).minus(left.netProfit);
  parts.fee = decimal(left.fees).minus(right.fees);
  parts.funding = decimal(right.funding).minus(left.funding);
  if (!decimal(left.quantity).isZero()) {
    const more = decimal(right.quantity).minus(left.quantity);
    parts.size = decimal(left.grossProfit).mul(more).div(left.quantity).toSignificantDigits(20);
  }
  const barMs = Math.max(a.barMs, b.barMs);
  const rest = decimal(right.grossProfit).minus(left.grossProfit).minus(parts.size);
  const entry = entryEffect(left, right);
  const entryPart = causeOfEntry(a, b, left, right, barMs);
  const exitPart = causeOfExit(left, right, barMs);
  parts[entryPart] = parts[entryPart].plus(entry);
  parts[exitPart] = parts[exitPart].plus(rest).minus(entry);
  // Averages are rounded where a trade had several fills: what that leaves belongs to the price.
  const sum = DIFFERENCE_PARTS.reduce((total, part) => total.plus(parts[part]), decimal("0"));
  parts.price = parts.price.plus(difference).minus(sum);
  return {
    symbol: one.symbol,
    entryMs: left.entryMs,
    a: left,
    b: right,
    difference: exactText(difference),
    parts: texts(parts),
    why: `entry ${entryPart}, exit ${exitPart}`,
  };
}

/** What the other entry price changes, for the quantity of b. */
function entryEffect(a: ComparedTrade, b: ComparedTrade): Decimal {
  const side = b.side === "long" ? 1 : -1;
  const move = decimal(b.exitPrice).minus(b.entryPrice).mul(b.quantity).mul(side);
  // Of contracts that stand for more or less than a unit.
  const unit = move.isZero() ? decimal("1") : decimal(b.grossProfit).div(move);
  return decimal(a.entryPrice).minus(b.entryPrice).mul(b.quantity).mul(side).mul(unit).toSignificantDigits(20);
}

function causeOfEntry(
  a: TradingRecord,
  b: TradingRecord,
  left: ComparedTrade,
  right: ComparedTrade,
  barMs: number,
): DifferencePart {
  if (differentRow(a, b, left.symbol, left.entryMs) !== undefined) return "data";
  return Math.abs(left.entryMs - right.entryMs) >= barMs ? "timing" : "price";
}

function causeOfExit(left: ComparedTrade, right: ComparedTrade, barMs: number): DifferencePart {
  if (Math.abs(left.exitMs - right.exitMs) >= barMs) return left.exitReason === right.exitReason ? "timing" : "signal";
  return "price";
}

/** A trade that one record has alone: the other was refused it, saw other bars, or decided otherwise. */
function lonely(
  a: TradingRecord,
  b: TradingRecord,
  left: ComparedTrade | undefined,
  right: ComparedTrade | undefined,
  { symbol, entryMs, netProfit }: ComparedTrade,
): TradeDifference {
  const other = left === undefined ? a : b;
  const difference = left === undefined ? decimal(netProfit) : decimal(netProfit).neg();
  const barMs = Math.max(a.barMs, b.barMs);
  const refused = other.refusals.find((one) => one.symbol === symbol && Math.abs(one.atMs - entryMs) <= barMs);
  const row = differentRow(a, b, symbol, entryMs);
  const part: DifferencePart = refused !== undefined ? "refusal" : row !== undefined ? "data" : "signal";
  const parts = none();
  parts[part] = difference;
  const reasons = {
    refusal: `${other.name} was refused: ${refused?.code ?? ""}`,
    data: `the bar of ${new Date(row ?? 0).toISOString()} differs`,
    signal: `${other.name} did not want it`,
  };
  return {
    symbol,
    entryMs,
    a: left,
    b: right,
    difference: exactText(difference),
    parts: texts(parts),
    why: reasons[part],
  };
}

/** Open time of the newest bar before the entry that both records have and that is not the same. */
function differentRow(a: TradingRecord, b: TradingRecord, symbol: string, entryMs: number): number | undefined {
  const barMs = Math.max(a.barMs, b.barMs);
  const first = Math.floor(entryMs / barMs) * barMs - barMs;
  for (const openMs of [first, first - barMs]) {
    const [left, right] = [a, b].map(({ rows }) => rows.get(`${symbol}@${openMs}`));
    if (left !== undefined && right !== undefined && left !== right) return openMs;
  }
  return undefined;
}
