/** @file Figures for people. */
import type { MergeCounts } from "../../market/index.ts";

/** 0.0123 as "+1.23 %". */
export function formatPercent(share: number): string {
  const percent = share * 100;
  return `${percent >= 0 ? "+" : ""}${percent.toFixed(2)} %`;
}

/** What a merge into the store did. */
export function countsText({ added, replaced, unchanged }: MergeCounts): string {
  return `${added} added, ${replaced} replaced, ${unchanged} as before`;
}
