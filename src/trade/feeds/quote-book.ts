/**
 * @file Quotes of one connection, put together from snapshots and changes. A change without a snapshot before it means
 * nothing, and a quote is told only when all its prices are known.
 */
import { z } from "zod";
import { type DecimalText, exactText } from "../../core/index.ts";
import type { FundingNotice, Quote } from "../feed.ts";

const price = z.string().regex(/^\d+(?:\.\d+)?$/);
const optional = price.optional().catch(undefined);
const tickerSchema = z.looseObject({
  bid1Price: optional,
  ask1Price: optional,
  lastPrice: optional,
  markPrice: optional,
  fundingRate: z
    .string()
    .regex(/^-?\d+(?:\.\d+)?(?:[eE]-?\d+)?$/)
    .optional()
    .catch(undefined),
  nextFundingTime: z.string().regex(/^\d+$/).optional().catch(undefined),
});
type Ticker = z.infer<typeof tickerSchema>;

export type BookTop = { readonly bid: string; readonly ask: string };

export class QuoteBook {
  readonly #tickers = new Map<string, Ticker>();
  readonly #tops = new Map<string, BookTop>();
  readonly #told = new Map<string, string>();

  /** Takes a ticker message; `change` where it holds only what is different. Returns the quote where it is whole. */
  ticker(symbol: string, change: boolean, data: unknown, timeMs: number): Quote | undefined {
    const read = tickerSchema.safeParse(data);
    if (!read.success) return undefined;
    const before = this.#tickers.get(symbol);
    if (change && before === undefined) return undefined;
    const given = Object.fromEntries(Object.entries(read.data).filter(([, value]) => value !== undefined));
    this.#tickers.set(symbol, change ? { ...before, ...given } : given);
    return this.#quote(symbol, timeMs);
  }

  /** Takes the best prices of a book. */
  top(symbol: string, top: BookTop | undefined, timeMs: number): Quote | undefined {
    if (top === undefined) return undefined;
    this.#tops.set(symbol, top);
    return this.#quote(symbol, timeMs);
  }

  /** The estimate of the next funding, where it differs from what was told last. */
  funding(symbol: string): FundingNotice | undefined {
    const { fundingRate = "", nextFundingTime = "0" } = this.#tickers.get(symbol) ?? {};
    const key = `${fundingRate} ${nextFundingTime}`;
    if (fundingRate === "" || nextFundingTime === "0" || this.#told.get(symbol) === key) return undefined;
    this.#told.set(symbol, key);
    return { symbol, rate: Number(fundingRate), stampMs: Number(nextFundingTime), final: false };
  }

  #quote(symbol: string, timeMs: number): Quote | undefined {
    const ticker = this.#tickers.get(symbol);
    const top = this.#tops.get(symbol);
    const bid = positive(top?.bid ?? ticker?.bid1Price);
    const ask = positive(top?.ask ?? ticker?.ask1Price);
    const last = positive(ticker?.lastPrice);
    if (bid === undefined || ask === undefined || last === undefined) return undefined;
    const mark = positive(ticker?.markPrice);
    return { symbol, bid, ask, last, ...(mark === undefined ? {} : { mark }), timeMs };
  }
}

function positive(text: string | undefined): DecimalText | undefined {
  return text === undefined || Number(text) <= 0 ? undefined : exactText(text);
}
