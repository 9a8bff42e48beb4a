/** @file The alternative series there are: what each measures, when it can be known, whose it is. */
import { DAY_MS, HOUR_MS, invariant, MINUTE_MS } from "../../core/index.ts";

export type SourceTerms = {
  readonly name: string;
  readonly licence: string;
  /** Data that may not be used commercially. */
  readonly nonCommercial: boolean;
};

export type SeriesSpec = {
  /** Source and name, such as "fear-greed.index". */
  readonly id: string;
  readonly source: string;
  readonly unit: string;
  /** One sentence for people. */
  readonly about: string;
  /** What it is kept for: each contract, each coin, or the market as a whole. */
  readonly of: "symbol" | "coin" | "market";
  /** Usual time between two observations. */
  readonly cadenceMs: number;
  /** Time from an observation's stamp to the end of what it measures. */
  readonly periodMs: number;
  /** Conservative delay after that end until it is published. */
  readonly lagMs: number;
  /** How much of the past the source gives. */
  readonly history: "full" | "window" | "none";
  /** Whether published values change later. */
  readonly revised: "never" | "sometimes" | "always" | "unknown";
};

/** Terms of use as the sources state them; data stay theirs. */
export const SOURCES: readonly SourceTerms[] = [
  { name: "bybit", licence: "Bybit API terms; own use", nonCommercial: false },
  { name: "fear-greed", licence: "alternative.me: free with attribution", nonCommercial: false },
  { name: "coinmetrics", licence: "Coin Metrics Community, CC BY-NC 4.0", nonCommercial: true },
  { name: "mempool", licence: "mempool.space: public API, no redistribution promised", nonCommercial: false },
  { name: "blockchain", licence: "Blockchain.com API terms; own use", nonCommercial: false },
  { name: "defillama", licence: "DefiLlama: free API, attribution", nonCommercial: false },
  { name: "news", licence: "publishers' terms: title and link only", nonCommercial: false },
  { name: "gdelt", licence: "GDELT: free with attribution", nonCommercial: false },
  { name: "binance", licence: "Binance API terms; own use", nonCommercial: false },
  { name: "x", licence: "X developer agreement; no redistribution", nonCommercial: false },
  { name: "reddit", licence: "Reddit Responsible Builder Policy; by approval", nonCommercial: true },
  { name: "lunarcrush", licence: "LunarCrush terms of the plan", nonCommercial: false },
  { name: "whale-alert", licence: "Whale Alert: personal use, no redistribution", nonCommercial: true },
  { name: "etherscan", licence: "Etherscan API terms; attribution", nonCommercial: false },
];

const perp = (id: string, unit: string, about: string, more: Partial<SeriesSpec> = {}): SeriesSpec => ({
  id: `bybit.${id}`,
  source: "bybit",
  unit,
  about,
  of: "symbol",
  cadenceMs: HOUR_MS,
  periodMs: HOUR_MS,
  lagMs: MINUTE_MS,
  history: "full",
  revised: "unknown",
  ...more,
});

const recordedOnly = { cadenceMs: 5 * MINUTE_MS, periodMs: 0, lagMs: 0, history: "none", revised: "never" } as const;

const chain = (id: string, unit: string, about: string, revised: SeriesSpec["revised"]): SeriesSpec => ({
  id: `coinmetrics.${id}`,
  source: "coinmetrics",
  unit,
  about,
  of: "coin",
  cadenceMs: DAY_MS,
  periodMs: DAY_MS,
  lagMs: 6 * HOUR_MS,
  history: "full",
  revised,
});

const news = (id: string, unit: string, about: string): SeriesSpec => ({
  id: `news.${id}`,
  source: "news",
  unit,
  about,
  of: "coin",
  cadenceMs: HOUR_MS,
  periodMs: 0,
  lagMs: 0,
  history: "none",
  revised: "never",
});

/** A day's series of a contract whose stamp may lie anywhere in the day, so that all of it has to pass. */
const day = (id: string, unit: string, about: string): SeriesSpec => ({
  id,
  source: id.split(".", 1)[0],
  unit,
  about,
  of: "symbol",
  cadenceMs: DAY_MS,
  periodMs: DAY_MS,
  lagMs: MINUTE_MS,
  history: "window",
  revised: "unknown",
});

/** Transfers of a million dollars or more. Whose an address is may be told otherwise later: only what was recorded counts. */
const whale = (id: string, about: string): SeriesSpec => ({
  ...news("", "USD", about),
  id: `whale-alert.${id}`,
  source: "whale-alert",
});

/** Every series, in an order that only grows: the place of a series is its place in a bar. */
export const SERIES: readonly SeriesSpec[] = [
  perp("open-interest", "base units", "Open interest, both sides"),
  perp("account-ratio", "share", "Share of accounts that are long"),
  perp("premium", "share", "Premium of the contract over its index, close of the hour"),
  perp("mark", "price", "Mark price, close of the hour"),
  perp("index", "price", "Index price, close of the hour"),
  perp("liquidated-long", "quote units", "Long positions liquidated since the last row", recordedOnly),
  perp("liquidated-short", "quote units", "Short positions liquidated since the last row", recordedOnly),
  perp("book-imbalance", "share", "(bids - asks) / (bids + asks) within 10 basis points of the middle", recordedOnly),
  perp("book-depth", "quote units", "Bids and asks within 10 basis points of the middle", recordedOnly),
  perp("book-spread", "basis points", "Distance of best ask and best bid", recordedOnly),
  {
    id: "fear-greed.index",
    source: "fear-greed",
    unit: "0 to 100",
    about: "Crypto Fear & Greed Index; mostly made of price",
    of: "market",
    cadenceMs: DAY_MS,
    periodMs: 0,
    lagMs: 6 * HOUR_MS,
    history: "full",
    revised: "never",
  },
  news("count", "headlines", "Headlines about the coin, decayed with a half-life of two hours"),
  news("count-day", "headlines", "The same with a half-life of a day"),
  news("score", "-1 to 1", "Mean score of headlines, decayed with a half-life of a day"),
  news("negative", "share", "Share of negative headlines, decayed with a half-life of a day"),
  news("surprise", "deviations", "Headlines of the hour against the same hour of former weeks"),
  {
    // Stamped with the beginning of the hour whose articles it averages, which are found within a quarter of an hour.
    ...news("tone", "points", "Mean tone of world news about crypto"),
    id: "gdelt.tone",
    source: "gdelt",
    of: "market",
    periodMs: HOUR_MS,
    lagMs: 15 * MINUTE_MS,
    history: "window",
    revised: "unknown",
  },
  chain("transactions", "a day", "Transactions of the day", "never"),
  chain("addresses", "a day", "Active addresses of the day", "never"),
  chain("mvrv", "ratio", "Market value over realized value", "never"),
  chain("hash-rate", "TH/s", "Mean hash rate of the day", "never"),
  chain("fees", "coins", "Fees of the day", "never"),
  chain("flow-in", "USD", "Flow to exchanges; revised on nearly every day", "always"),
  chain("flow-out", "USD", "Flow from exchanges; revised on nearly every day", "always"),
  {
    ...chain("", "virtual bytes", "Transactions that wait for a block", "never"),
    id: "mempool.size",
    source: "mempool",
    of: "market",
    cadenceMs: 10 * MINUTE_MS,
    periodMs: 0,
    lagMs: 0,
    history: "none",
  },
  {
    ...chain("", "a day", "Bitcoin transactions of the day", "unknown"),
    id: "blockchain.transactions",
    source: "blockchain",
    of: "market",
  },
  {
    ...chain("", "USD", "Value locked in all chains", "sometimes"),
    id: "defillama.tvl",
    source: "defillama",
    of: "market",
  },
  {
    ...chain("", "USD", "Stablecoins in circulation", "sometimes"),
    id: "defillama.stablecoins",
    source: "defillama",
    of: "market",
  },
  {
    ...chain("", "hashes a second", "Mean hash rate of the day, as mempool.space estimates it", "unknown"),
    id: "mempool.hash-rate",
    source: "mempool",
    of: "market",
  },
  {
    ...chain("", "a day", "Bitcoin addresses used on the day", "unknown"),
    id: "blockchain.addresses",
    source: "blockchain",
    of: "market",
  },
  {
    ...chain("", "TH/s", "Hash rate of the day, estimated", "unknown"),
    id: "blockchain.hash-rate",
    source: "blockchain",
    of: "market",
  },
  day("binance.open-interest", "base units", "Open interest, one side, at the stamp"),
  day("binance.account-ratio", "share", "Share of accounts that are long, at the stamp"),
  {
    ...news("posts", "a full hour", "Posts about the coin; each hour that is read costs money"),
    id: "x.posts",
    source: "x",
    periodMs: HOUR_MS,
    lagMs: 5 * MINUTE_MS,
    history: "window",
    revised: "sometimes",
  },
  {
    ...news("interactions", "a full hour", "Interactions with posts about the coin"),
    id: "lunarcrush.interactions",
    source: "lunarcrush",
    periodMs: HOUR_MS,
    lagMs: HOUR_MS,
    history: "window",
    revised: "unknown",
  },
  {
    ...news("sentiment", "0 to 100", "Share of posts about the coin that are positive, weighted by interactions"),
    id: "lunarcrush.sentiment",
    source: "lunarcrush",
    periodMs: HOUR_MS,
    lagMs: HOUR_MS,
    history: "window",
    revised: "unknown",
  },
  {
    ...news("gas", "gwei", "Proposed gas price"),
    id: "etherscan.gas",
    source: "etherscan",
    of: "market",
    cadenceMs: 10 * MINUTE_MS,
  },
  whale("inflow", "Large transfers of the coin to exchanges in the full hour"),
  whale("outflow", "Large transfers of the coin from exchanges in the full hour"),
];

const PLACES = new Map(SERIES.map(({ id }, place) => [id, place]));

/** The place of a series in the catalog. */
export function seriesPlace(id: string): number {
  const place = PLACES.get(id);
  invariant(place !== undefined, `${id} is a series of the catalog`);
  return place;
}

/** The series of a source. */
export function seriesOf(source: string): readonly SeriesSpec[] {
  return SERIES.filter((spec) => spec.source === source);
}

export function seriesSpec(id: string): SeriesSpec {
  return SERIES[seriesPlace(id)];
}

export function sourceTerms(source: string): SourceTerms {
  const found = SOURCES.find(({ name }) => name === source);
  invariant(found !== undefined, `${source} is a source of the catalog`);
  return found;
}

/** When a row that was fetched afterwards counts as available. */
export function availableAfter({ periodMs, lagMs }: Pick<SeriesSpec, "periodMs" | "lagMs">, eventMs: number): number {
  return eventMs + periodMs + lagMs;
}

/** Age beyond which a value is stale: three observations late. */
export function staleAge({ periodMs, lagMs, cadenceMs }: SeriesSpec): number {
  return periodMs + lagMs + 3 * cadenceMs;
}
