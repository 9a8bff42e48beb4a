/** @file A comparison on the terminal. */
import type { Streamed } from "../../app/index.ts";
import { formatMinute } from "../../core/index.ts";
import {
  type BacktestResult,
  type Comparison,
  formatStatistics,
  formatTable,
  portfolioRiskLine,
  type Verdict,
  type WrittenReport,
} from "../../evaluate/index.ts";
import type { Output } from "../terminal/output.ts";

function rangeText(result: BacktestResult): string {
  const { curve } = result;
  const symbols = result.instruments.map(({ symbol }) => symbol).join(" ");
  const range = `${formatMinute(curve.timeMs[0])} to ${formatMinute(curve.timeMs[curve.length - 1])} UTC`;
  return `${symbols}, ${result.timeframe} bars, ${range}${result.synthetic ? ", SYNTHETIC market" : ""}`;
}

/** A streamed run on the terminal: no baselines, the memory that it took. */
export function printStreamed(output: Output, { evaluation, report, seconds, peakBytes }: Streamed): void {
  const { result } = evaluation;
  const candles = (result.to - result.from) * result.instruments.length;
  output.text(`${rangeText(result)}\n`);
  output.text(output.verbose ? formatStatistics([evaluation]) : formatTable([evaluation]));
  const rate = Math.round(candles / Math.max(1e-3, seconds)).toLocaleString("en-US");
  const memory = (peakBytes / 2 ** 30).toFixed(2);
  output.text(
    `\n${candles.toLocaleString("en-US")} candles in ${seconds.toFixed(1)} s (${rate} a second), at most ${memory} GiB of memory`,
  );
  output.text(`trade hash  ${result.tradeHash}`);
  if (report !== undefined) output.text(`report      ${report.htmlPath}`);
}

/** What a promotion asks, one line each. */
function printConditions(output: Output, { conditions }: Verdict): void {
  const { green, red, yellow } = output.palette;
  output.text("\nconditions of a promotion");
  for (const { name, met, found, asked } of conditions) {
    const mark = met === null ? yellow("?") : met ? green("+") : red("-");
    output.text(`  ${mark} ${name}: ${found}${met === true ? "" : ` (asked: ${asked})`}`);
  }
}

/** The comparison on the terminal: range, table, verdict in words, where the report is. */
export function printComparison(
  output: Output,
  comparison: Comparison,
  judged: Verdict,
  report: WrittenReport | undefined,
): void {
  const { policy, baselines, ladder } = comparison;
  output.text(`${rangeText(policy.result)}\n`);
  output.text(output.verbose ? formatStatistics([policy, ...baselines]) : formatTable([policy, ...baselines]));
  if (ladder !== undefined) {
    const rungs = ladder.map(({ costMultiplier, evaluation }) => {
      const share = evaluation.statistics.totalReturn;
      return `${costMultiplier}x ${(share * 100).toFixed(2)} %`;
    });
    output.text(`\nreturn by costs: ${rungs.join(", ")}`);
  }
  const risk = portfolioRiskLine(comparison);
  if (risk !== undefined) output.text(`\n${risk}`);
  output.text(`\n${output.palette.bold(judged.headline)}`);
  for (const sentence of judged.sentences) output.text(`  ${sentence}`);
  if (baselines.length > 2) printConditions(output, judged);
  output.text(`\ntrade hash  ${policy.result.tradeHash}`);
  if (report !== undefined) output.text(`report      ${report.htmlPath}`);
}
