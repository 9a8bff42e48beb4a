/** @file Figures for people. */

/** 0.0123 as "+1.23 %". */
export function formatPercent(share: number): string {
  const percent = share * 100;
  return `${percent >= 0 ? "+" : ""}${percent.toFixed(2)} %`;
}
