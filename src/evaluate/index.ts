export { type Comparison, type CostRung, type Evaluation, evaluate } from "./evaluation.ts";
export type { BacktestResult, EquityCurve, RefusalCounts } from "./record.ts";
export { type Statistics, statistics } from "./statistics/statistics.ts";
export { formatStatistics, formatTable } from "./table.ts";
export { type FundingPayment, reconstructTrades, type Trade } from "./trades.ts";
export { type Beats, Standing, type Verdict, verdict } from "./verdict.ts";
