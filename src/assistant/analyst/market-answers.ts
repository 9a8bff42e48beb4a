/** @file Answers about candles: condition, technical figures, extremes, funding, comparison, correlation, coverage. */
import { DAY_MS } from "../../core/index.ts";
import { type FactBook, FactUnit } from "../fact.ts";
import type { SymbolCandles } from "../tools/data.ts";
import {
  averageTrueRange,
  bollinger,
  correlationOf,
  deepestFall,
  lastDays,
  macd,
  movingAverage,
  rangeOf,
  relativeStrength,
  yearlyVolatility,
} from "../tools/measures.ts";

const MINUTE_MS = 60_000;

/** "last 7 days", "last 12 hours". */
function spanText(days: number): string {
  if (days < 1) return `last ${Math.round(days * 24)} hours`;
  return days === 1 ? "last 24 hours" : `last ${Number(days.toFixed(2))} days`;
}

function barText(barMs: number): string {
  if (barMs % DAY_MS === 0) return `${barMs / DAY_MS}-day`;
  const minutes = barMs / MINUTE_MS;
  return minutes % 60 === 0 ? `${minutes / 60}-hour` : `${minutes}-minute`;
}

/** Source and time of what is read at the last bar. */
function originOf(candles: SymbolCandles): { source: string; asOfMs: number; about: readonly string[] } {
  const last = candles.timeMs.length - 1;
  return {
    source: `${barText(candles.barMs)} candles of ${candles.symbol} from ${candles.source}`,
    asOfMs: candles.timeMs[last] + candles.barMs,
    about: [candles.symbol],
  };
}

function synthetic(candles: SymbolCandles): string {
  return candles.isSynthetic ? " These candles are synthetic." : "";
}

/** "rose 1.20 %", "fell 0.31 %" or "did not move". @param display of the change, with its sign */
function moved(change: number, display: string): string {
  if (change === 0) return "did not move";
  return `${change > 0 ? "rose" : "fell"} ${display.replace(/^[+-]/, "")}`;
}

/** The span in facts, so that its number may be said. */
function saySpan(book: FactBook, days: number, origin: { source: string }): string {
  const text = spanText(days);
  book.say(`span.${days}`, text, text, FactUnit.word, { source: origin.source });
  return text;
}

function lastClose(candles: SymbolCandles, book: FactBook): string {
  const { symbol, close, quote } = candles;
  const origin = originOf(candles);
  const price = book.say(`${symbol}.close`, `close of ${symbol}`, close[close.length - 1], FactUnit.price, origin);
  const when = book.say(`${symbol}.time`, `time of the close of ${symbol}`, origin.asOfMs, FactUnit.time, origin);
  return `${symbol} closed at ${price} ${quote} at ${when} UTC.`;
}

function changeOver(candles: SymbolCandles, days: number, book: FactBook): string {
  const origin = originOf(candles);
  const window = lastDays(candles, days);
  const { change } = rangeOf(candles, window);
  const span = saySpan(book, days, origin);
  if (change === null || !window.isWhole) return `There are no candles of ${candles.symbol} for the whole ${span}.`;
  const text = book.say(
    `${candles.symbol}.change.${days}`,
    `change of ${candles.symbol} over the ${span}`,
    change,
    FactUnit.change,
    origin,
  );
  return `Over the ${span} it ${moved(change, text)}.`;
}

export function marketAnswer(candles: SymbolCandles, days: number | undefined, book: FactBook): string {
  const spans = days === undefined ? [1, 7, 30] : [days];
  const origin = originOf(candles);
  const window = lastDays(candles, days ?? 30);
  const volatility = yearlyVolatility(candles, window);
  const wild =
    volatility === null
      ? ""
      : ` Its volatility over the ${saySpan(book, days ?? 30, origin)} is ${book.say(`${candles.symbol}.volatility`, `volatility of ${candles.symbol} in a year, over the ${spanText(days ?? 30)}`, volatility, FactUnit.share, origin)} a year.`;
  return `${[lastClose(candles, book), ...spans.map((span) => changeOver(candles, span, book))].join(" ")}${wild}${synthetic(candles)}`;
}

export function technicalAnswer(candles: SymbolCandles, days: number | undefined, book: FactBook): string {
  const { symbol, close } = candles;
  const origin = originOf(candles);
  const price = close[close.length - 1];
  const parts = [lastClose(candles, book)];
  const say = (id: string, name: string, value: number, unit: FactUnit): string =>
    book.say(`${symbol}.${id}`, `${name} of ${symbol}`, value, unit, origin);
  const strength = relativeStrength(candles);
  if (strength !== null) {
    const zone =
      strength >= 70
        ? "above 70, called overbought"
        : strength <= 30
          ? "below 30, called oversold"
          : "between 30 and 70";
    book.say("rsi.zones", "zones of RSI: 30 and 70", "30 and 70", FactUnit.word, origin);
    parts.push(`RSI over 14 bars is ${say("rsi", "RSI over 14 bars", strength, FactUnit.number)}, ${zone}.`);
  }
  const [fast, slow] = [movingAverage(candles, 20), movingAverage(candles, 50)];
  if (fast !== null && slow !== null) {
    const side = (mean: number): string => (price > mean ? "above" : price < mean ? "below" : "at");
    parts.push(
      `The close is ${side(fast)} its mean of 20 bars (${say("sma20", "mean of 20 closes", fast, FactUnit.price)}) and ${side(slow)} that of 50 (${say("sma50", "mean of 50 closes", slow, FactUnit.price)}).`,
    );
  }
  const difference = macd(candles);
  if (difference !== null) {
    const side = difference.line > difference.signal ? "above" : "below";
    parts.push(
      `MACD is ${say("macd", "MACD (12, 26)", difference.line, FactUnit.number)}, ${side} its signal of ${say("macd.signal", "signal of MACD (9)", difference.signal, FactUnit.number)}.`,
    );
  }
  const bands = bollinger(candles);
  if (bands !== null) {
    parts.push(
      `The Bollinger bands of 20 bars run from ${say("band.lower", "lower Bollinger band (20 bars)", bands.lower, FactUnit.price)} to ${say("band.upper", "upper Bollinger band (20 bars)", bands.upper, FactUnit.price)}.`,
    );
  }
  const range = averageTrueRange(candles);
  if (range !== null) {
    parts.push(
      `The average true range of 14 bars is ${say("atr", "average true range of 14 bars", range, FactUnit.price)}, ${say("atr.share", "average true range over the close", range / price, FactUnit.share)} of the price.`,
    );
  }
  const span = days ?? 30;
  const volatility = yearlyVolatility(candles, lastDays(candles, span));
  if (volatility !== null) {
    parts.push(
      `Over the ${saySpan(book, span, origin)} its volatility is ${say("volatility", `volatility in a year, over the ${spanText(span)},`, volatility, FactUnit.share)} a year, and its deepest fall ${say("fall", `deepest fall over the ${spanText(span)}`, deepestFall(candles, lastDays(candles, span)), FactUnit.share)}.`,
    );
  }
  parts.push("Indicators describe the past; none of them says what comes.");
  return `${parts.join(" ")}${synthetic(candles)}`;
}

export function extremesAnswer(candles: SymbolCandles, days: number | undefined, book: FactBook): string {
  const { symbol, quote } = candles;
  const origin = originOf(candles);
  const span = days ?? 30;
  const { high, highMs, low, lowMs } = rangeOf(candles, lastDays(candles, span));
  const say = (id: string, name: string, value: number, unit: FactUnit): string =>
    book.say(`${symbol}.${id}`, `${name} of ${symbol}`, value, unit, origin);
  return `Over the ${saySpan(book, span, origin)} the high of ${symbol} was ${say("high", `high over the ${spanText(span)}`, high, FactUnit.price)} ${quote} (bar of ${say("high.time", "time of the high", highMs, FactUnit.time)} UTC), its low ${say("low", `low over the ${spanText(span)}`, low, FactUnit.price)} ${quote} (bar of ${say("low.time", "time of the low", lowMs, FactUnit.time)} UTC).${synthetic(candles)}`;
}

export function fundingAnswer(candles: SymbolCandles, days: number | undefined, book: FactBook): string {
  const { symbol } = candles;
  const origin = originOf(candles);
  const span = days ?? 7;
  const { funding } = rangeOf(candles, lastDays(candles, span));
  if (funding === null) return `No funding of ${symbol} is stored; \`tidemark fetch\` gets it from a venue.`;
  const text = book.say(
    `${symbol}.funding`,
    `sum of the funding rates of ${symbol} over the ${spanText(span)}`,
    funding,
    FactUnit.share,
    origin,
  );
  const who = funding > 0 ? "longs paid shorts" : funding < 0 ? "shorts paid longs" : "nobody paid anybody";
  return `Over the ${saySpan(book, span, origin)} the funding rates of ${symbol} add up to ${text}: ${who}.${synthetic(candles)}`;
}

export function comparisonAnswer(all: readonly SymbolCandles[], days: number | undefined, book: FactBook): string {
  const span = days ?? 30;
  const rows = all
    .map((candles) => ({ candles, window: lastDays(candles, span) }))
    .map(({ candles, window }) => ({ candles, window, change: rangeOf(candles, window).change }))
    .sort((a, b) => (b.change ?? Number.NEGATIVE_INFINITY) - (a.change ?? Number.NEGATIVE_INFINITY));
  const lines = rows.map(({ candles, window, change }) => {
    const { symbol } = candles;
    const origin = originOf(candles);
    if (change === null || !window.isWhole) return `${symbol} has no candles for the whole span.`;
    const text = book.say(
      `${symbol}.change.${span}`,
      `change of ${symbol} over the ${spanText(span)}`,
      change,
      FactUnit.change,
      origin,
    );
    const volatility = yearlyVolatility(candles, window);
    const wild =
      volatility === null
        ? ""
        : ` with a volatility of ${book.say(`${symbol}.volatility`, `volatility of ${symbol} in a year, over the ${spanText(span)}`, volatility, FactUnit.share, origin)} a year`;
    return `${symbol} ${moved(change, text)}${wild}.`;
  });
  const first = rows[0];
  return `Over the ${saySpan(book, span, originOf(first.candles))}, best first: ${lines.join(" ")}${synthetic(first.candles)}`;
}

export function correlationAnswer(
  a: SymbolCandles,
  b: SymbolCandles,
  days: number | undefined,
  book: FactBook,
): string {
  const span = days ?? 30;
  const found = correlationOf(a, b, span);
  const origin = { ...originOf(a), about: [a.symbol, b.symbol] };
  const text = saySpan(book, span, origin);
  if (found === null) return `${a.symbol} and ${b.symbol} have too few bars in common over the ${text}.`;
  const value = book.say(
    `correlation`,
    `correlation of ${a.symbol} and ${b.symbol} over the ${spanText(span)}`,
    found.value,
    FactUnit.number,
    origin,
  );
  const bars = book.say("correlation.bars", "bars in common", found.bars, FactUnit.count, origin);
  return `The returns of ${a.symbol} and ${b.symbol} had a correlation of ${value} over the ${text} (${bars} bars).${synthetic(a)}`;
}

export function coverageAnswer(all: readonly SymbolCandles[], book: FactBook): string {
  const lines = all.map((candles) => {
    const { symbol, timeMs, barMs } = candles;
    const origin = originOf(candles);
    const bars = book.say(`${symbol}.bars`, `candles of ${symbol}`, timeMs.length, FactUnit.count, origin);
    const from = book.say(`${symbol}.from`, `first candle of ${symbol}`, timeMs[0], FactUnit.time, origin);
    const to = book.say(`${symbol}.to`, `last candle of ${symbol}`, timeMs[timeMs.length - 1], FactUnit.time, origin);
    book.say(`${symbol}.bar`, `length of a bar of ${symbol}`, barText(barMs), FactUnit.word, origin);
    return `${symbol}: ${bars} ${barText(barMs)} candles from ${from} to ${to} UTC (${candles.source}).`;
  });
  return lines.join("\n");
}
