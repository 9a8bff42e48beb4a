/** @file Answers about what was done: results of backtests, signals, positions of sessions, models. */
import { type FactBook, FactUnit } from "../fact.ts";
import type { ModelCard, PerformanceCard, SessionCard, TradingSignal } from "../tools/data.ts";

const SHOWN = 5;

const known = (value: number | null | undefined): value is number => value !== null && value !== undefined;

/** Period, costs, trades and whether the bars were unseen belong to every result. */
export function performanceAnswer(
  cards: readonly PerformanceCard[],
  wanted: string | undefined,
  book: FactBook,
): string {
  const card = cards.find(({ name }) => name === wanted) ?? cards[0];
  if (card === undefined) return "There is no report yet. `tidemark backtest --model NAME` makes one.";
  const origin = { source: card.source, asOfMs: card.toMs, about: [card.name] };
  const say = (id: string, name: string, value: number, unit: FactUnit): string =>
    book.say(`${card.name}.${id}`, `${name} of ${card.name}`, value, unit, origin);
  book.say(`${card.name}.name`, "name", card.name, FactUnit.word, origin);
  const from = say("from", "begin", card.fromMs, FactUnit.time);
  const to = say("to", "end", card.toMs, FactUnit.time);
  const parts = [
    `${card.name}, ${card.isInSample ? "IN-SAMPLE (bars it was trained on)" : "on bars it was not trained on"}, from ${from} to ${to} UTC:`,
    known(card.totalReturn) ? `return after costs ${say("return", "return", card.totalReturn, FactUnit.change)},` : "",
    known(card.maxDrawdown) ? `deepest fall ${say("fall", "deepest fall", card.maxDrawdown, FactUnit.share)},` : "",
    known(card.sharpe) ? `Sharpe ratio ${say("sharpe", "Sharpe ratio in a year", card.sharpe, FactUnit.number)},` : "",
    card.noSharpe === undefined
      ? ""
      : `no Sharpe ratio (${book.say(`${card.name}.noSharpe`, "why there is no Sharpe ratio", card.noSharpe, FactUnit.word, origin)}),`,
    known(card.winRate) ? `${say("wins", "share of winning trades", card.winRate, FactUnit.share)} of trades won,` : "",
    known(card.costShare)
      ? `costs ${say("costs", "costs over the balance", card.costShare, FactUnit.share)} of the balance,`
      : "",
    `${say("trades", "trades", card.trades, FactUnit.count)} trades.`,
    card.isSynthetic ? "The market was synthetic." : "",
  ];
  book.say(`${card.name}.verdict`, "verdict", card.headline, FactUnit.word, origin);
  const more =
    cards.length > 1
      ? ` There are ${book.say("reports", "reports", cards.length, FactUnit.count, { source: "the folder of reports" })} reports; name one to ask about it.`
      : "";
  return `${parts.filter((part) => part !== "").join(" ")} Verdict: ${card.headline}${/[.!]$/.test(card.headline) ? "" : "."}${more}`;
}

export function signalsAnswer(signals: readonly TradingSignal[], symbols: readonly string[], book: FactBook): string {
  const own = signals
    .filter(({ symbol }) => symbols.length === 0 || symbols.includes(symbol))
    .sort((a, b) => b.timeMs - a.timeMs)
    .slice(0, SHOWN);
  if (own.length === 0) {
    const whom = symbols.length === 0 ? "" : ` for ${symbols.join(", ")}`;
    return `No signals are known${whom}. A session writes them, and --trading-signals FILE brings some.`;
  }
  return own
    .map((signal, i) => {
      const origin = { source: signal.source, asOfMs: signal.timeMs, about: [signal.symbol] };
      const id = `signal.${i}`;
      const when = book.say(`${id}.time`, `time of the signal`, signal.timeMs, FactUnit.time, origin);
      book.say(`${id}.direction`, "direction", signal.direction, FactUnit.word, origin);
      const size =
        signal.size === undefined
          ? ""
          : `, size ${book.say(`${id}.size`, "size", signal.size, FactUnit.share, origin)}`;
      const sure =
        signal.confidence === undefined
          ? ""
          : `, confidence ${book.say(`${id}.confidence`, "confidence", signal.confidence, FactUnit.share, origin)}`;
      return `${when} UTC: ${signal.symbol} ${signal.direction}${size}${sure} (${signal.source}).`;
    })
    .join("\n");
}

export function positionsAnswer(sessions: readonly SessionCard[], book: FactBook): string {
  if (sessions.length === 0) return "There is no trading session yet. `tidemark paper --model NAME` starts one.";
  return sessions
    .map((card) => {
      const origin = { source: `journal of ${card.session}`, asOfMs: card.asOfMs, about: [card.session] };
      const say = (id: string, name: string, value: number, unit: FactUnit): string =>
        book.say(`${card.session}.${id}`, `${name} of ${card.session}`, value, unit, origin);
      const equity = say("equity", "equity", card.equity, FactUnit.price);
      const when =
        card.asOfMs > 0 ? ` at ${say("time", "time", card.asOfMs, FactUnit.time)} UTC` : "; no bar has closed yet";
      const day =
        card.dayEquity > 0
          ? ` Today ${say("day", "change today", card.equity / card.dayEquity - 1, FactUnit.change)}.`
          : "";
      const fall =
        card.peakEquity > 0
          ? ` Below its highest equity by ${say("fall", "distance from the highest equity", Math.max(0, 1 - card.equity / card.peakEquity), FactUnit.share)}.`
          : "";
      const why = card.causes.length === 0 ? "" : ` (${card.causes.join(", ")})`;
      const held =
        card.positions.length === 0
          ? " It holds nothing."
          : ` It holds ${card.positions
              .map((one, i) => {
                const quantity = book.say(
                  `${card.session}.held.${i}`,
                  `quantity of ${one.symbol}`,
                  one.quantity,
                  FactUnit.word,
                  { ...origin, about: [card.session, one.symbol] },
                );
                const stop =
                  one.stop === null
                    ? "WITHOUT a stop"
                    : `stop ${book.say(`${card.session}.stop.${i}`, `stop of ${one.symbol}`, one.stop, FactUnit.word, { ...origin, about: [card.session, one.symbol] })}`;
                return `${one.side} ${quantity} ${one.symbol}, ${stop}`;
              })
              .join("; ")}.`;
      const running = card.isRunning ? "running" : "not running";
      return `${card.session}: ${card.mode}, ${running}, ${card.status}${why}. Equity ${equity}${when}.${day}${fall}${held}`;
    })
    .join("\n");
}

export function modelsAnswer(models: readonly ModelCard[], book: FactBook): string {
  if (models.length === 0) return "There is no trained model yet. `tidemark train` makes one.";
  return models
    .map((card) => {
      const origin = { source: `model ${card.name}`, asOfMs: card.trainedToMs, about: [card.name] };
      const to = book.say(
        `${card.name}.to`,
        `last bar of the training of ${card.name}`,
        card.trainedToMs,
        FactUnit.time,
        origin,
      );
      book.say(
        `${card.name}.symbols`,
        "symbols and bars",
        `${card.symbols.join(" ")} ${card.timeframe}`,
        FactUnit.word,
        origin,
      );
      return `${card.name}: ${card.symbols.join(" ")}, ${card.timeframe} bars, trained up to ${to} UTC.`;
    })
    .join("\n");
}
