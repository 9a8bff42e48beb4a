/** @file The report's static parts as HTML: verdict, figures, tables. Every inserted text is escaped. */
import { formatDay, formatMinute, type Instrument } from "../../core/index.ts";
import { guessText } from "../../market/index.ts";
import { type Need, unavailable } from "../availability.ts";
import type { Comparison, Evaluation } from "../evaluation.ts";
import { FigureKind, formatFigure, formatPrice, NOT_AVAILABLE } from "../format.ts";
import type { InSample, Verdict } from "../judgement.ts";
import { METRIC_GROUPS, type Metric, metricReason, metricText } from "../metrics.ts";
import { refusalText } from "../refusal-text.ts";
import { dailyReturns, monthlyReturns } from "../returns.ts";
import type { Statistics } from "../statistics/statistics.ts";
import { inSampleText } from "../verdict-text.ts";
import { escapeHtml } from "./escape.ts";
import { EXIT_TEXT } from "./exit-text.ts";

const STANDING_TEXT: Readonly<Record<Verdict["standing"], string>> = {
  promotable: "Promotable",
  better: "Beats its baselines",
  promising: "Promising, not proven",
  beaten: "Beaten by a baseline",
  losing: "Loses money",
  "in-sample": "Seen in training",
  alone: "Not compared",
  idle: "Did not trade",
};

export function syntheticBanner(symbols: readonly string[]): string {
  const all = symbols.join(", ");
  return `<div class="banner" role="alert"><b>SYNTHETIC DATA</b><span>${escapeHtml(all)}: generated prices, not a market. Nothing here says anything about real trading.</span></div>`;
}

export function inSampleBanner(inSample: InSample): string {
  return `<div class="banner" role="alert"><b>IN-SAMPLE</b><span>${sentenceHtml(inSampleText(inSample))}</span></div>`;
}

/** A sentence whose figures don't part from their percent signs at the end of a line. */
function sentenceHtml(text: string): string {
  return escapeHtml(text).replaceAll(" %", "&nbsp;%");
}

const markOf = (met: boolean | null): string => (met === null ? "?" : met ? "&#10003;" : "&#10007;");
const classOf = (met: boolean | null): string => (met === null ? "muted" : met ? "pos" : "neg");

/** What a promotion asks, with what was found. */
export function conditionsCard({ conditions, promotable }: Verdict): string {
  const rows = conditions.map(
    ({ name, met, asked, found }) =>
      `<tr><td class="${classOf(met)}" title="${met === null ? "can't be said" : met ? "met" : "not met"}">${markOf(met)}</td><td class="text">${escapeHtml(name)}</td><td class="text">${escapeHtml(found)}</td><td class="text muted">${escapeHtml(asked)}</td></tr>`,
  );
  const note = promotable
    ? "Every one of them is met."
    : "All of them are asked of a policy before money follows it. Missing one is a normal, respectable outcome.";
  return (
    `<section class="card" aria-label="Conditions"><div class="head"><h2>Conditions of a promotion</h2></div><div class="note">${note}</div>` +
    `<div class="scroll"><table class="data conditions"><thead><tr><th></th><th class="text">Condition</th><th class="text">Found</th><th class="text">Asked</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`
  );
}

export function verdictCard(verdict: Verdict): string {
  const items = verdict.sentences.map((sentence) => `<li>${sentenceHtml(sentence)}</li>`).join("");
  return (
    `<section class="card verdict ${verdict.standing}" aria-label="Verdict"><span class="badge">${STANDING_TEXT[verdict.standing]}</span>` +
    `<div class="headline">${sentenceHtml(verdict.headline)}</div><ul>${items}</ul></section>`
  );
}

function sign(value: number | null): string {
  return value === null || value === 0 ? "" : value > 0 ? "pos" : "neg";
}

/** A figure of a sample that may be too short for it. */
function carried(s: Statistics, need: Need, kind: FigureKind, value: number | null): string {
  return unavailable(s, need) === null ? formatFigure(value, kind) : NOT_AVAILABLE;
}

const figure = (kind: FigureKind, value: number | null): string => formatFigure(value, kind);

function tile(name: string, value: string, aside: string, className = ""): string {
  return `<div class="tile"><div class="name">${escapeHtml(name)}</div><div class="value ${className}">${escapeHtml(value)}</div><div class="aside">${escapeHtml(aside)}</div></div>`;
}

export function tiles({ policy, baselines, search }: Comparison, { deflatedSharpe, trials }: Verdict): string {
  const s = policy.statistics;
  const hold = baselines.find(({ result }) => result.name === "buy-and-hold");
  const quote = policy.result.currency;
  const versus =
    hold === undefined
      ? `CAGR ${carried(s, "year", "change", s.annualReturn)}`
      : `buy and hold ${figure("change", hold.statistics.totalReturn)}`;
  const costs = s.fees + s.slippage - s.funding;
  return `<section class="tiles" aria-label="Key figures">${[
    tile("Total return", figure("change", s.totalReturn), versus, sign(s.totalReturn)),
    tile(
      "Sharpe ratio",
      carried(s, "sample", "ratio", s.sharpe),
      `bar by bar ${carried(s, "sample", "ratio", s.perBar.sharpe)}`,
    ),
    tile(
      "Worst drawdown",
      figure("change", s.maxDrawdown),
      `longest ${figure("days", s.longestDrawdownDays)}`,
      sign(s.maxDrawdown),
    ),
    tile(
      "Trades",
      figure("count", s.trades),
      `${figure("count", s.longTrades)} long, ${figure("count", s.shortTrades)} short`,
    ),
    tile("Win rate", figure("share", s.winRate), `profit factor ${figure("ratio", s.profitFactor)}`),
    trials > 1 || search !== undefined
      ? tile(
          "Deflated Sharpe",
          figure("share", deflatedSharpe),
          `${figure("count", trials)} trials, alone ${figure("share", s.probabilisticSharpe)}`,
        )
      : tile(
          "Chance Sharpe > 0",
          figure("share", s.probabilisticSharpe),
          `${figure("count", s.count)} ${s.basis === "daily" ? "days" : "returns"}`,
        ),
    tile(
      `All costs, ${quote}`,
      figure("money", costs),
      s.costShare === null ? "no profit before costs" : `${figure("share", s.costShare)} of gross profit`,
    ),
    tile("Exposure", figure("times", s.averageExposure), `in the market ${figure("share", s.timeInMarket)}`),
  ].join("")}</section>`;
}

export function monthlyTable({ policy }: Comparison): string {
  const months = monthlyReturns(dailyReturns(policy.result.curve));
  const years = [...new Set(months.map(({ year }) => year))];
  const most = months.reduce((top, { value }) => Math.max(top, Math.abs(value)), 0);
  const heads = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Year"];
  const cell = (value: number, className: string): string => {
    const depth = most === 0 ? 0 : Math.round(8 + 62 * (Math.abs(value) / most));
    const paint =
      value === 0
        ? ""
        : ` style="background:color-mix(in srgb, var(--${value > 0 ? "good" : "bad"}) ${depth}%, transparent)"`;
    return `<td class="${className}"${paint}>${formatFigure(value, FigureKind.change).replace(" %", "")}</td>`;
  };
  const rows = years.map((year) => {
    const own = months.filter((month) => month.year === year);
    const cells = Array.from({ length: 12 }, (_, i) => {
      const found = own.find(({ month }) => month === i + 1);
      return found === undefined ? '<td class="none"></td>' : cell(found.value, "");
    });
    const whole = own.reduce((growth, { value }) => growth * (1 + value), 1) - 1;
    return `<tr><th>${year}</th>${cells.join("")}<td class="year ${sign(whole)}">${formatFigure(whole, FigureKind.change).replace(" %", "")}</td></tr>`;
  });
  return `<div class="scroll"><table class="heat"><thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** Indices of the best values of a metric, none where all are equal or it has no better side. */
function bestOf(metric: Metric, evaluations: readonly Evaluation[]): ReadonlySet<number> {
  const better = metric.better;
  if (better === undefined) return new Set();
  const values = evaluations.map(({ statistics }) => metric.of(statistics));
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2 || known.every((value) => value === known[0])) return new Set();
  const top = known.reduce((best, value) => (better === "more" ? Math.max(best, value) : Math.min(best, value)));
  return new Set(values.flatMap((value, i) => (value === top ? [i] : [])));
}

export function statisticsTable({ policy, baselines }: Comparison): string {
  const all = [policy, ...baselines];
  const head = `<tr><th></th>${all
    .map(({ result }, i) => `<th${i === 0 ? ' class="own"' : ""}>${escapeHtml(result.name)}</th>`)
    .join("")}</tr>`;
  const body = METRIC_GROUPS.map(({ title, metrics }) => {
    const rows = metrics.map((metric) => {
      const best = bestOf(metric, all);
      const cells = all.map(({ statistics }, i) => {
        const classes = [i === 0 ? "own" : "", best.has(i) ? "best" : ""].join(" ").trim();
        const reason = metricReason(metric, statistics);
        const hint = reason === null ? "" : ` title="Not available: ${escapeHtml(reason)}"`;
        return `<td${classes === "" ? "" : ` class="${classes}"`}${hint}>${escapeHtml(metricText(metric, statistics))}</td>`;
      });
      return `<tr><td><span title="${escapeHtml(metric.meaning)}">${escapeHtml(metric.label)}</span></td>${cells.join("")}</tr>`;
    });
    return `<tr class="group"><th colspan="${all.length + 1}">${escapeHtml(title)}</th></tr>${rows.join("")}`;
  }).join("");
  return `<div class="scroll"><table class="data"><thead>${head}</thead><tbody>${body}</tbody></table></div>`;
}

/** From the profit before costs to the result, as bars on one axis. */
export function costBars({ policy }: Comparison): string {
  const s = policy.statistics;
  const steps: ReadonlyArray<readonly [string, number]> = [
    ["Before costs", s.profit + s.fees + s.slippage - s.funding],
    ["Fees", -s.fees],
    ["Spread and slippage", -s.slippage],
    ["Funding", s.funding],
    ["Result", s.profit],
  ];
  const low = steps.reduce((least, [, value]) => Math.min(least, value), 0);
  const high = steps.reduce((most, [, value]) => Math.max(most, value), 0);
  const span = high - low === 0 ? 1 : high - low;
  const rows = steps.map(([name, value]) => {
    const left = ((Math.min(0, value) - low) / span) * 100;
    const width = (Math.abs(value) / span) * 100;
    const bar = `<div class="bar" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%;background:var(--${value >= 0 ? "good" : "bad"})"></div>`;
    return `<span>${name}</span><div class="axis">${bar}</div><span class="num ${sign(value)}" style="text-align:right">${formatFigure(value, FigureKind.money)}</span>`;
  });
  return `<div class="bars">${rows.join("")}</div>`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function symbolTable({ policy }: Comparison): string {
  const { trades, instruments } = policy.result;
  const rows = instruments.map(({ symbol }, index) => {
    const own = trades.filter((trade) => trade.symbol === index);
    const net = sum(own.map((trade) => trade.netProfit));
    const wins = own.filter((trade) => trade.netProfit > 0).length;
    const figures = [
      formatFigure(own.length, FigureKind.count),
      formatFigure(own.length === 0 ? null : wins / own.length, FigureKind.share),
      formatFigure(sum(own.map((trade) => trade.grossProfit)), FigureKind.money),
      formatFigure(-sum(own.map((trade) => trade.fees)), FigureKind.money),
      formatFigure(sum(own.map((trade) => trade.funding)), FigureKind.money),
    ];
    return `<tr><td>${escapeHtml(symbol)}</td>${figures.map((text) => `<td>${text}</td>`).join("")}<td class="${sign(net)}">${formatFigure(net, FigureKind.money)}</td></tr>`;
  });
  return (
    '<div class="scroll"><table class="data"><thead><tr><th>Symbol</th><th>Trades</th><th>Win rate</th><th>Prices</th><th>Fees</th><th>Funding</th><th>Net</th></tr></thead>' +
    `<tbody>${rows.join("")}</tbody></table></div>`
  );
}

export function ladderTable({ ladder }: Comparison): string {
  if (ladder === undefined || ladder.length === 0) return "";
  const rows = ladder.map(({ costMultiplier, evaluation: { statistics: s } }) => {
    const cells = [
      formatFigure(s.sharpe, FigureKind.ratio),
      formatFigure(s.maxDrawdown, FigureKind.change),
      formatFigure(s.trades, FigureKind.count),
      formatFigure(s.fees + s.slippage, FigureKind.money),
    ];
    return `<tr><td>${formatFigure(costMultiplier, FigureKind.times)}</td><td class="${sign(s.totalReturn)}">${formatFigure(s.totalReturn, FigureKind.change)}</td>${cells.map((text) => `<td>${text}</td>`).join("")}</tr>`;
  });
  return (
    '<section class="card"><div class="head"><h2>Cost ladder</h2></div><div class="note">The same policy with fees, spread and slippage multiplied. An edge that dies at twice the costs is not an edge to rely on.</div>' +
    '<div class="scroll"><table class="data"><thead><tr><th>Costs</th><th>Total return</th><th>Sharpe</th><th>Worst drawdown</th><th>Trades</th><th>Fees and slippage</th></tr></thead>' +
    `<tbody>${rows.join("")}</tbody></table></div></section>`
  );
}

/** Trades listed in the page; all of them are in trades.csv. */
const LISTED_TRADES = 100;

export function tradesCard({ policy }: Comparison): string {
  const { trades, instruments, refusals, curve } = policy.result;
  const startMs = curve.timeMs[0];
  const rows = trades
    .slice(-LISTED_TRADES)
    .reverse()
    .map((trade) => {
      const cells = [
        escapeHtml(instruments[trade.symbol].symbol),
        trade.side,
        formatMinute(trade.entryMs),
        formatMinute(trade.exitMs),
        formatFigure(trade.barsHeld, FigureKind.count),
        formatPrice(trade.entryPrice),
        formatPrice(trade.exitPrice),
        formatFigure(-trade.fees, FigureKind.money),
        formatFigure(trade.funding, FigureKind.money),
      ];
      return (
        `<tr data-symbol="${trade.symbol}" data-entry="${Math.round((trade.entryMs - startMs) / 1_000)}">${cells.map((text, i) => `<td${i > 0 && i < 4 ? ' class="text"' : ""}>${text}</td>`).join("")}` +
        `<td class="${sign(trade.netProfit)}">${formatFigure(trade.netProfit, FigureKind.money)}</td>` +
        `<td class="${sign(trade.netReturn)}">${formatFigure(trade.netReturn, FigureKind.change)}</td><td class="text">${escapeHtml(EXIT_TEXT[trade.exitReason])}</td></tr>`
      );
    });
  const note =
    trades.length > LISTED_TRADES
      ? `The last ${LISTED_TRADES} of ${formatFigure(trades.length, FigureKind.count)}; all of them are in trades.csv beside this page.`
      : "The same list is in trades.csv beside this page.";
  const heads = [
    "Symbol",
    "Side",
    "Entry, UTC",
    "Exit, UTC",
    "Bars",
    "Entry",
    "Exit",
    "Fees",
    "Funding",
    "Net",
    "Return",
    "Ended by",
  ];
  const head = heads
    .map((text, i) => `<th${(i > 0 && i < 4) || i === 11 ? ' class="text"' : ""}>${text}</th>`)
    .join("");
  const table =
    trades.length === 0
      ? '<p class="muted">It made no trades.</p>'
      : `<details${trades.length <= 20 ? " open" : ""}><summary>Show the trades</summary><div class="scroll"><table class="data"><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div></details>`;
  const refused = Object.entries(refusals).sort(([, a], [, b]) => b - a);
  const refusedText =
    refused.length === 0
      ? ""
      : `<p class="small muted" style="margin-top:10px">Refused or clamped on the way: ${refused
          .map(([code, count]) => {
            const times = count === 1 ? "once" : `${formatFigure(count, FigureKind.count)} times`;
            return `${escapeHtml(refusalText(code))} (<code>${escapeHtml(code)}</code>, ${times})`;
          })
          .join("; ")}.</p>`;
  return `<section class="card"><div class="head"><h2>Trades</h2></div><div class="note">${note}</div>${table}${refusedText}</section>`;
}

export type Provenance = {
  readonly id: string;
  readonly madeMs: number;
  readonly codeVersion: string;
  /** The model's name and version, where the policy came from a model file. */
  readonly model?: string;
  /** Of its files. */
  readonly modelDigest?: string;
  /** What was found about the candles when they were opened. */
  readonly dataNotes?: readonly string[];
};

/** The terms that a symbol was traded by, and which of them nobody told. */
function contractText(instrument: Instrument): string {
  const { tickSize, lotStep, minNotional, quote, takerFeeBps, maxLeverage, maintenanceMarginRate, calendar } =
    instrument;
  const margin = Number((100 * maintenanceMarginRate).toPrecision(3));
  const terms = `tick ${tickSize}, lot ${lotStep}, at least ${minNotional} ${quote}, fee ${takerFeeBps} bps, leverage up to ${maxLeverage}, maintenance ${margin} %, open ${calendar}`;
  const guess = guessText(instrument);
  return guess === "" ? terms : `${terms}. Guessed: ${guess}`;
}

export function provenanceCard({ policy }: Comparison, provenance: Provenance): string {
  const { result, statistics } = policy;
  const facts: ReadonlyArray<readonly [string, string]> = [
    ["Report", provenance.id],
    ["Made", `${formatMinute(provenance.madeMs)} UTC`],
    ["Code version", provenance.codeVersion],
    ...(provenance.model === undefined ? [] : ([["Model", provenance.model]] as const)),
    ["Policy", result.name],
    ["Instruments", result.instruments.map(({ symbol, venue, kind }) => `${symbol} (${venue} ${kind})`).join(", ")],
    ...result.instruments.map((instrument) => [`Contract ${instrument.symbol}`, contractText(instrument)] as const),
    ["Bars", `${formatFigure(statistics.bars, FigureKind.count)} of ${result.timeframe}`],
    ...(provenance.dataNotes ?? []).map((note) => ["About the data", note] as const),
    ["Range", `${formatMinute(statistics.fromMs)} to ${formatMinute(statistics.toMs)} UTC`],
    ["Initial balance", `${formatFigure(result.initialBalance, FigureKind.money)} ${result.currency}`],
    ["Seed", String(result.seed)],
    ["Data fingerprint", result.dataFingerprint === "" ? NOT_AVAILABLE : result.dataFingerprint],
    ["Trade hash", result.tradeHash],
  ];
  const list = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join("");
  const config = escapeHtml(JSON.stringify(result.config, null, 2));
  return (
    `<section class="card"><div class="head"><h2>Provenance</h2></div><div class="note">The same data, configuration, seed and code give the same trade hash.</div>` +
    `<dl class="facts num">${list}</dl><details><summary>Configuration</summary><pre>${config}</pre></details></section>`
  );
}

export function subtitle({ policy: { result, statistics } }: Comparison): string {
  const symbols = result.instruments.map(({ symbol }) => symbol);
  const named =
    symbols.length > 6 ? `${symbols.slice(0, 5).join(", ")} and ${symbols.length - 5} more` : symbols.join(", ");
  return `${named} · ${result.timeframe} · ${formatDay(statistics.fromMs)} to ${formatDay(statistics.toMs)}`;
}
