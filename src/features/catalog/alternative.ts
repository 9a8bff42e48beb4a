/** @file Features of alternative series: perpetuals, sentiment, chains, and events known ahead. Missing values are 0. */
import { seriesPlace } from "../../market/index.ts";
import type { Bar } from "../bar.ts";
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { ScheduledEvents } from "../indicators/events.ts";
import { Joined, JoinedWindow } from "../indicators/joined.ts";

const BPS = 10_000;
const WIDE: readonly [number, number] = [-5, 5];
const UNIT: readonly [number, number] = [-1, 1];
const SHARE: readonly [number, number] = [0, 1];

type Read<T> = (indicator: T, bar: Bar) => number;

/** A feature of the newest value of one series. */
function now(
  group: FeatureGroup,
  name: string,
  series: string,
  range: readonly [number, number],
  about: string,
  read: Read<Joined>,
): FeatureDefinition {
  const place = seriesPlace(series);
  const made = featuresOf(group)(name, range, about, series, (streams) => {
    const joined = streams.use(Joined, place);
    const { bar } = streams;
    return (out, at) => {
      out[at] = joined.missing === 1 ? 0 : read(joined, bar);
    };
  });
  return { ...made, series: [series] };
}

/** A feature of the last `{0}` bars of one series. */
function over(
  group: FeatureGroup,
  name: string,
  series: string,
  range: readonly [number, number],
  about: string,
  read: Read<JoinedWindow>,
): FeatureDefinition {
  const place = seriesPlace(series);
  const made = featuresOf(group)(name, range, about, series, (streams, period) => {
    const window = streams.use(JoinedWindow, place, period);
    const { bar } = streams;
    return (out, at) => {
      out[at] = read(window, bar);
    };
  });
  return { ...made, series: [series] };
}

/** 1 while the series is missing. */
function gone(group: FeatureGroup, name: string, series: string): FeatureDefinition {
  const place = seriesPlace(series);
  const made = featuresOf(group)(name, SHARE, `1 while ${series} is missing or stale`, series, (streams) => {
    const joined = streams.use(Joined, place);
    return (out, at) => {
      out[at] = joined.missing;
    };
  });
  return { ...made, series: [series] };
}

const { perp, sentiment, onchain, calendar } = FeatureGroup;
const OI = "bybit.open-interest";
const ACCOUNTS = "bybit.account-ratio";
const PREMIUM = "bybit.premium";
const LONG = "bybit.liquidated-long";
const SHORT = "bybit.liquidated-short";
const BOOK = "bybit.book-imbalance";
const MOOD = "fear-greed.index";
const MVRV = "coinmetrics.mvrv";

const logit = (share: number): number => Math.log(Math.max(0.01, share) / Math.max(0.01, 1 - share));
const signedRoot = (value: number): number => Math.sign(value) * Math.sqrt(Math.abs(value));
const extreme = (index: number): number => (index < 25 ? -1 : index > 75 ? 1 : 0);

const perpFeatures: readonly FeatureDefinition[] = [
  over(perp, "perp.oi.change#", OI, UNIT, "Log change of open interest over {0} bars", (w) => w.logChange),
  over(perp, "perp.oi.score#", OI, WIDE, "Open interest in standard deviations of {0} bars", (w) => w.score),
  over(
    perp,
    "perp.oi.quadrant#",
    OI,
    UNIT,
    "Signed root of open interest's change times the price's over {0} bars: above zero where both go one way",
    (w) => signedRoot(w.logChange * w.priceChange),
  ),
  over(perp, "perp.oi.rank#", OI, UNIT, "Rank of open interest in {0} bars, -1 to 1", (w) => w.rank),
  gone(perp, "perp.oi.missing", OI),
  now(perp, "perp.premium", PREMIUM, [-100, 100], "Premium over the index in basis points", (j) => j.value * BPS),
  over(perp, "perp.premium.mean#", PREMIUM, [-100, 100], "Mean premium of {0} bars, basis points", (w) => w.mean * BPS),
  over(perp, "perp.premium.score#", PREMIUM, WIDE, "Premium in standard deviations of {0} bars", (w) => w.score),
  gone(perp, "perp.premium.missing", PREMIUM),
  now(perp, "perp.accounts", ACCOUNTS, WIDE, "Log odds that an account is long", (j) => logit(j.value)),
  over(
    perp,
    "perp.accounts.change#",
    ACCOUNTS,
    UNIT,
    "Change of the share of long accounts, {0} bars",
    (w) => w.change,
  ),
  over(
    perp,
    "perp.accounts.score#",
    ACCOUNTS,
    WIDE,
    "Long accounts in standard deviations of {0} bars",
    (w) => w.score,
  ),
  gone(perp, "perp.accounts.missing", ACCOUNTS),
  over(
    perp,
    "perp.liquidations.long#",
    LONG,
    WIDE,
    "Liquidated longs in standard deviations of {0} bars",
    (w) => w.score,
  ),
  over(
    perp,
    "perp.liquidations.short#",
    SHORT,
    WIDE,
    "Liquidated shorts in standard deviations of {0} bars",
    (w) => w.score,
  ),
  now(perp, "perp.book.imbalance", BOOK, UNIT, "Bids minus asks over both, within 10 basis points", (j) => j.value),
  over(perp, "perp.book.mean#", BOOK, UNIT, "Mean book imbalance of {0} bars", (w) => w.mean),
  over(perp, "perp.book.depth#", "bybit.book-depth", WIDE, "Depth in standard deviations of {0} bars", (w) => w.score),
  now(perp, "perp.book.spread", "bybit.book-spread", [0, 100], "Spread in basis points", (j) => j.value),
  gone(perp, "perp.book.missing", BOOK),
];

const sentimentFeatures: readonly FeatureDefinition[] = [
  now(sentiment, "sentiment.index", MOOD, UNIT, "Fear and greed, -1 to 1", (j) => j.value / 50 - 1),
  over(
    sentiment,
    "sentiment.index.change#",
    MOOD,
    UNIT,
    "Change of fear and greed over {0} bars",
    (w) => w.change / 100,
  ),
  over(
    sentiment,
    "sentiment.index.score#",
    MOOD,
    WIDE,
    "Fear and greed in standard deviations of {0} bars",
    (w) => w.score,
  ),
  now(sentiment, "sentiment.index.extreme", MOOD, UNIT, "-1 below 25, 1 above 75", (j) => extreme(j.value)),
  over(
    sentiment,
    "sentiment.index.divergence#",
    MOOD,
    WIDE,
    "Standard score of fear and greed minus that of the price over {0} bars",
    (w) => w.divergence,
  ),
  now(sentiment, "sentiment.index.age", MOOD, [0, 7], "Days since the index was stamped", (j) => j.ageDays),
  gone(sentiment, "sentiment.index.missing", MOOD),
  now(sentiment, "sentiment.news.count", "news.count", [0, 5], "Log of recent headlines", (j) =>
    Math.log1p(Math.max(0, j.value)),
  ),
  now(sentiment, "sentiment.news.score", "news.score", UNIT, "Mean score of the day's headlines", (j) => j.value),
  now(sentiment, "sentiment.news.negative", "news.negative", SHARE, "Share of negative headlines", (j) => j.value),
  now(
    sentiment,
    "sentiment.news.surprise",
    "news.surprise",
    WIDE,
    "Headlines against the usual of this hour",
    (j) => j.value,
  ),
  gone(sentiment, "sentiment.news.missing", "news.count"),
  over(
    sentiment,
    "sentiment.tone.score#",
    "gdelt.tone",
    WIDE,
    "Tone of world news, deviations of {0} bars",
    (w) => w.score,
  ),
];

const onchainFeatures: readonly FeatureDefinition[] = [
  over(
    onchain,
    "onchain.transactions.change#",
    "coinmetrics.transactions",
    UNIT,
    "Log change of transactions over {0} bars",
    (w) => w.logChange,
  ),
  over(
    onchain,
    "onchain.addresses.change#",
    "coinmetrics.addresses",
    UNIT,
    "Log change of active addresses over {0} bars",
    (w) => w.logChange,
  ),
  over(
    onchain,
    "onchain.addresses.score#",
    "coinmetrics.addresses",
    WIDE,
    "Active addresses in deviations of {0} bars",
    (w) => w.score,
  ),
  over(onchain, "onchain.mvrv.rank#", MVRV, UNIT, "Rank of market over realized value in {0} bars", (w) => w.rank),
  over(
    onchain,
    "onchain.mvrv.change#",
    MVRV,
    UNIT,
    "Log change of market over realized value over {0} bars",
    (w) => w.logChange,
  ),
  over(
    onchain,
    "onchain.fees.score#",
    "coinmetrics.fees",
    WIDE,
    "Fees in standard deviations of {0} bars",
    (w) => w.score,
  ),
  over(
    onchain,
    "onchain.hashrate.change#",
    "coinmetrics.hash-rate",
    UNIT,
    "Log change of the hash rate over {0} bars",
    (w) => w.logChange,
  ),
  over(
    onchain,
    "onchain.mempool.score#",
    "mempool.size",
    WIDE,
    "Waiting transactions in deviations of {0} bars",
    (w) => w.score,
  ),
  over(
    onchain,
    "onchain.stablecoins.change#",
    "defillama.stablecoins",
    UNIT,
    "Log change of stablecoins over {0} bars",
    (w) => w.logChange,
  ),
  over(
    onchain,
    "onchain.tvl.change#",
    "defillama.tvl",
    UNIT,
    "Log change of value locked over {0} bars",
    (w) => w.logChange,
  ),
  gone(onchain, "onchain.missing", "coinmetrics.transactions"),
];

const RULE = "the calendar's rules; exceptions by holidays are not known to it";

function event(name: string, about: string, read: (events: ScheduledEvents) => number): FeatureDefinition {
  return featuresOf(calendar)(name, SHARE, about, RULE, (streams) => {
    const events = streams.use(ScheduledEvents);
    return (out, at) => {
      out[at] = read(events);
    };
  });
}

const eventFeatures: readonly FeatureDefinition[] = [
  event("event.expiry.ahead", "1 at the monthly expiry, falling to 0 a week before it", (e) => e.expiryAhead),
  event("event.expiry.past", "1 at the monthly expiry, falling to 0 a week after it", (e) => e.expiryPast),
  event(
    "event.quarter.ahead",
    "1 at the quarterly expiry, falling to 0 thirteen weeks before it",
    (e) => e.quarterAhead,
  ),
  event("event.payroll.ahead", "1 at the US employment report, falling to 0 a week before it", (e) => e.payrollAhead),
  event("event.payroll.past", "1 at the US employment report, falling to 0 a week after it", (e) => e.payrollPast),
  event("event.month", "Share of the month that has passed", (e) => e.month),
];

export const alternativeFeatures: readonly FeatureDefinition[] = [
  ...perpFeatures,
  ...sentimentFeatures,
  ...onchainFeatures,
  ...eventFeatures,
];
