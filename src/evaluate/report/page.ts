/** @file The report as one HTML page that needs nothing else: no network, no font, no script from elsewhere. */
import { InvariantError } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Comparison } from "../evaluation.ts";
import type { Verdict } from "../judgement.ts";
import { attributionCard, intervalsCard } from "./attribution.ts";
import { type ChartBudget, type ChartData, chartData, FULL_BUDGET } from "./chart-data.ts";
import { escapeHtml, jsonForScript } from "./escape.ts";
import { estimatorsCard } from "./estimators.ts";
import { haltsCard } from "./halts.ts";
import { portfolioRiskCards } from "./portfolio-risk.ts";
import { CHART_SCRIPT } from "./script-chart.ts";
import { TRADES_SCRIPT } from "./script-trades.ts";
import { VIEWS_SCRIPT } from "./script-views.ts";
import {
  conditionsCard,
  costBars,
  inSampleBanner,
  ladderTable,
  monthlyTable,
  type Provenance,
  provenanceCard,
  statisticsTable,
  subtitle,
  symbolTable,
  syntheticBanner,
  tiles,
  tradesCard,
  verdictCard,
} from "./sections.ts";
import { REPORT_STYLE } from "./style.ts";

/** Greatest size of a page in bytes; charts are thinned until it fits. */
export const PAGE_LIMIT_BYTES = 3_000_000;

export function reportPage(comparison: Comparison, verdict: Verdict, tape: MarketTape, provenance: Provenance): string {
  let budget = FULL_BUDGET;
  for (let attempt = 0; attempt < 8; attempt++) {
    const html = render(comparison, verdict, provenance, chartData(comparison, tape, budget), tape);
    if (Buffer.byteLength(html) <= PAGE_LIMIT_BYTES) return html;
    budget = halved(budget);
  }
  throw new InvariantError("a report fits into its size limit");
}

function halved({ linePoints, pricePoints, ribbonCells, drawnTrades }: ChartBudget): ChartBudget {
  return {
    linePoints: linePoints / 2,
    pricePoints: pricePoints / 2,
    ribbonCells: ribbonCells / 2,
    drawnTrades: drawnTrades / 2,
  };
}

function rollingCard(tools: string, days: number): string {
  return `<section class="card"><div class="head"><h2>Rolling Sharpe ratio</h2><div class="tools">${tools}</div></div><div class="note">Of the last ${days} days, annualized: whether the result came steadily or in one stretch.</div><div id="rolling"></div></section>`;
}

function render(
  comparison: Comparison,
  verdict: Verdict,
  provenance: Provenance,
  data: ChartData,
  tape: MarketTape,
): string {
  const { result } = comparison.policy;
  const title = `${result.name}: backtest report`;
  const zoomed = '<button class="tool" type="button" data-reset hidden>Show all</button>';
  const synthetic = result.instruments.filter((instrument) => instrument.synthetic).map(({ symbol }) => symbol);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}${synthetic.length === 0 ? "" : " (synthetic data)"}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
${synthetic.length === 0 ? "" : syntheticBanner(synthetic)}
${verdict.inSample === null ? "" : inSampleBanner(verdict.inSample)}
<header class="top"><div><h1>${escapeHtml(result.name)}</h1><div class="sub num">${escapeHtml(subtitle(comparison))}</div></div><button class="tool" id="theme" type="button">Light / dark</button></header>
${verdictCard(verdict)}
${tiles(comparison, verdict)}
${haltsCard(comparison)}
${conditionsCard(verdict)}
<section class="card"><div class="head"><h2>${comparison.baselines.length === 0 ? "Equity" : "Equity against its baselines"}</h2><div class="tools">${zoomed}<button class="tool" type="button" data-log="equity" aria-pressed="false">Log scale</button></div></div>
<div class="note">Change since the start, after all costs. Click a name to hide it; drag over a stretch to zoom all charts, double-click to go back.</div><div id="equity"></div></section>
<section class="card"><div class="head"><h2>Drawdown</h2><div class="tools">${zoomed}</div></div><div class="note">How far below its own earlier peak.</div><div id="drawdown"></div></section>
${data.rolling.length === 0 ? "" : rollingCard(zoomed, data.rollingDays)}
<section class="card"><div class="head"><h2>Positions</h2><div class="tools">${zoomed}</div></div><div class="note"><span style="color:var(--long)">&#9632;</span> long and <span style="color:var(--short)">&#9632;</span> short; the deeper, the larger the position's share of equity. Below: all positions together, as a multiple of equity.</div><div id="positions"></div><div id="exposure"></div></section>
<section class="card"><div class="head"><h2>Trades on the price</h2><div class="tools">${zoomed}<div class="tools" id="price-symbols"></div></div></div><div class="note" id="price-note"></div><div id="price"></div><div id="trade" class="trade" aria-live="polite" hidden></div></section>
<section class="card"><div class="head"><h2>Monthly returns, %</h2></div><div class="note">Months of the calendar in UTC; the first and the last may be partial.</div>${monthlyTable(comparison)}</section>
<div class="two">
<section class="card"><div class="head"><h2>Profit of trades</h2></div><div class="note">Net of fees and funding, in ${escapeHtml(result.currency)}. The outermost bars hold everything beyond.</div><div id="trade-profits"></div></section>
<section class="card"><div class="head"><h2>Returns by day</h2></div><div class="note">What the headline ratios are made of.</div><div id="daily-returns"></div></section>
</div>
<section class="card"><div class="head"><h2>Statistics</h2></div><div class="note">The best value of a row is bold. Hover over a name for its definition; n/a means undefined for this run.</div>${statisticsTable(comparison)}</section>
<div class="two uneven">
<section class="card"><div class="head"><h2>What costs took</h2></div><div class="note">In ${escapeHtml(result.currency)}, from the profit before costs to the result.</div>${costBars(comparison)}</section>
<section class="card"><div class="head"><h2>By symbol</h2></div><div class="note">Spread and slippage are inside the prices.</div>${symbolTable(comparison)}</section>
</div>
${intervalsCard(comparison)}
${portfolioRiskCards(comparison)}
${estimatorsCard(comparison)}
${attributionCard(comparison, tape)}
${ladderTable(comparison)}
${tradesCard(comparison)}
${provenanceCard(comparison, provenance)}
<noscript><p class="muted">The charts need JavaScript; every figure above is complete without it.</p></noscript>
<footer>Made by Tidemark. Past results, simulated or real, promise nothing.</footer>
</main>
<script type="application/json" id="report-data">${jsonForScript(data)}</script>
<script>${CHART_SCRIPT}${TRADES_SCRIPT}${VIEWS_SCRIPT}</script>
</body>
</html>
`;
}
