/** @file `--risk-percentage`: one figure for how much a position risks, in whatever the sizing scheme calls it. */
import { TidemarkError } from "../../core/index.ts";
import { SizingScheme } from "../../portfolio/index.ts";
import type { Config } from "./load.ts";

/** "0.02" and "2%" are one share. Throws USAGE_ARGUMENT. */
function shareOf(text: string): number {
  const percent = text.trim().endsWith("%");
  const figure = text.trim().replace(/\s*%$/, "");
  const share = Number(figure) / (percent ? 100 : 1);
  if (figure !== "" && share > 0 && share <= 1) return share;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${text}" is not a share of equity above 0 and up to 1`,
    where: "--risk-percentage",
    fix: 'Write a share, such as 0.02, or a percentage with its sign, such as "2%".',
  });
}

/**
 * The settings that the flag stands for, by dotted key. With the schedule it is the share at risk of every row, whose caps
 * stay; with a fixed fraction of one's own the notional of one position over equity. Where nothing is said of sizing, the
 * schedule is taken: a share at risk is no share of equity held. Throws USAGE_ARGUMENT.
 */
export function riskSettings(config: Config, text: string): Readonly<Record<string, unknown>> {
  const share = shareOf(text);
  const { scheme, schedule, fraction } = config.sizing;
  const rows = schedule.map(([multiple, , maxNotional]) => [multiple, share, maxNotional]);
  if (scheme === SizingScheme.schedule) return { "sizing.schedule": rows };
  if (scheme === SizingScheme.fixedFraction) {
    if (fraction !== undefined) return { "sizing.fraction": share };
    return { "sizing.scheme": SizingScheme.schedule, "sizing.schedule": rows };
  }
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `Sizing by "${scheme}" has no single share at risk`,
    where: "--risk-percentage",
    fix: 'Use sizing.scheme = "schedule" or "fixed-fraction", or set the scheme\'s own keys.',
  });
}
