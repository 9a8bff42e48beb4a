/** @file Progress as one line of text: how far, how fast, how long still, and the figures worth watching. */
import { formatSpan, type Progress } from "../../core/index.ts";

const BAR_CELLS = 20;

/** 12345.6 as "12,346", 1.234 as "1.2". */
function formatCount(value: number): string {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function bar(share: number): string {
  const filled = Math.round(share * BAR_CELLS);
  return `${"#".repeat(filled)}${"-".repeat(BAR_CELLS - filled)}`;
}

/**
 * @param ratePerSecond units a second, or zero while it is not known
 * @param drawn whether a bar is drawn (on a terminal) or only the share is written
 */
export function progressText(progress: Progress, ratePerSecond: number, drawn: boolean): string {
  const parts = [progress.label];
  if (progress.total === undefined || progress.total <= 0) {
    parts.push(`${formatCount(progress.done)} ${progress.unit}`);
  } else {
    const share = Math.min(1, progress.done / progress.total);
    const percent = `${Math.floor(share * 100)} %`;
    parts.push(drawn ? `[${bar(share)}] ${percent.padStart(5)}` : percent);
    parts.push(`${formatCount(progress.done)}/${formatCount(progress.total)} ${progress.unit}`);
  }
  if (ratePerSecond > 0) parts.push(`${formatCount(ratePerSecond)}/s`);
  // Before the figures: a narrow terminal cuts the end off.
  if (ratePerSecond > 0 && progress.total !== undefined && progress.done < progress.total) {
    parts.push(`${formatSpan(((progress.total - progress.done) / ratePerSecond) * 1000)} left`);
  }
  for (const [name, value] of Object.entries(progress.figures ?? {})) parts.push(`${name} ${value}`);
  return parts.join("  ");
}
