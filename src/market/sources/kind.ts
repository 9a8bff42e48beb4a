/** @file What a market is, where nobody says it: from what its files show. */
import { type InstrumentKind, isFiat, splitSymbol } from "../../core/index.ts";
import { WEEKDAYS } from "./calendar.ts";
import { suffixCurrency } from "./csv/exchange-suffix.ts";
import { normalName } from "./csv/names.ts";

export type KindFacts = {
  readonly symbol: string;
  /** What the file's name says. */
  readonly named: InstrumentKind | undefined;
  readonly header: readonly string[];
  /** Of the data, where they show it. */
  readonly calendar: string | undefined;
  /** What the configuration takes a market for. */
  readonly usual: InstrumentKind;
};

const METALS = new Set(["XAU", "XAG", "XPT", "XPD"]);
const INDICES = new Set(
  (
    "GSPC SPX SPX500 US500 SP500 NDX IXIC NAS100 US100 USTEC DJI US30 RUT US2000 VIX GDAXI DAX DAX40 GER30 GER40 FTSE UK100 FCHI CAC40 FRA40 " +
    "STOXX50E EU50 N225 NI225 JP225 NIKKEI NIKKEI225 HSI HK50 KOSPI KS11 KOSDAQ SENSEX BSESN NIFTY NIFTY50 NSEI BANKNIFTY SSEC CSI300 AXJO AUS200 " +
    "IBEX IBEX35 BVSP IBOV TWII"
  ).split(" "),
);
/** Columns that only shares have. */
const SHARE_COLUMNS = new Set([
  "adjclose",
  "adjustedclose",
  "dividends",
  "dividend",
  "stocksplits",
  "splitfactor",
  "splitratio",
  "series",
  "deliverablevolume",
  "deliverableqty",
  "prevclose",
]);

/** The kind, and what it was guessed from. */
export function guessedKind({ symbol, named, header, calendar, usual }: KindFacts): {
  readonly kind: InstrumentKind;
  readonly from: string;
} {
  if (named !== undefined) return { kind: named, from: "the file's name" };
  if (suffixCurrency(symbol) !== undefined) return { kind: "stock", from: "the exchange in its name" };
  if (INDICES.has(symbol)) return { kind: "index", from: "its name" };
  const { base, quote } = splitSymbol(symbol);
  const isPair = base !== symbol;
  if (isPair && isFiat(quote) && (isFiat(base) || METALS.has(base)))
    return { kind: "forex", from: "its two currencies" };
  if (!isPair && header.some((name) => SHARE_COLUMNS.has(normalName(name)))) {
    return { kind: "stock", from: "the columns of its file" };
  }
  if (!isPair && calendar === WEEKDAYS)
    return { kind: "stock", from: "days without bars, and no currency in its name" };
  return { kind: usual, from: "data.kind" };
}
