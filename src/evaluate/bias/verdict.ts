/** @file What the figures of a bias analysis mean, in words, and what to do about it. */
import { formatFigure } from "../format.ts";
import type { BiasResult } from "./analyze.ts";

export type BiasFinding = {
  readonly code: "idle" | "one-sided" | "constant" | "clock" | "asymmetric" | "saturated" | "symbol";
  /** True where it makes the policy worthless as it is; else it is worth knowing. */
  readonly serious: boolean;
  readonly text: string;
  readonly correction: string;
};

/** Shares and correlations beyond which a habit counts as one. */
const LIMITS = {
  idle: 0.01,
  constant: 0.95,
  oneSided: 0.95,
  hour: 0.3,
  asymmetry: -0.3,
  saturated: 0.9,
  spread: 0.6,
} as const;

const share = (value: number): string => formatFigure(value, "share");

const MIRROR =
  "Go on with mirrored markets beside the recorded one: tidemark train --continue MODEL --correct-bias, or flip_probability of a phase under [curriculum].";

export function biasFindings(result: BiasResult): BiasFinding[] {
  const { all, groups, sizes, symmetry, explainedByHour, constant, alwaysLong } = result;
  const held = all.long + all.short;
  if (held < LIMITS.idle) {
    return [
      {
        code: "idle",
        serious: true,
        text: `It is flat in ${share(all.flat)} of all bars: it has learned to do nothing.`,
        correction:
          "Lower the costs of training or raise the entropy bonus (training.entropy), and judge candidates by what they trade.",
      },
    ];
  }
  const found: BiasFinding[] = [];
  const long = all.long / held;
  if (constant >= LIMITS.constant) {
    const side = all.long > all.short ? "long" : "short";
    const made = side === "long" ? alwaysLong : result.alwaysShort;
    found.push({
      code: "constant",
      serious: true,
      text: `It is ${side} in ${share(constant)} of all bars, whatever happens: always ${side} at the same exposure made ${formatFigure(made, "change")}, it made ${formatFigure(result.evaluation.statistics.totalReturn, "change")}.`,
      correction: MIRROR,
    });
  } else if (long >= LIMITS.oneSided || long <= 1 - LIMITS.oneSided) {
    const side = long >= 0.5 ? "long" : "short";
    found.push({
      code: "one-sided",
      serious: symmetry !== null && symmetry <= LIMITS.asymmetry,
      text: `When it holds a position it is ${side} in ${share(Math.max(long, 1 - long))} of the bars.`,
      correction: `${MIRROR} Where the account may not go short, this is its nature.`,
    });
  }
  if (symmetry !== null && symmetry <= LIMITS.asymmetry && found.length === 0) {
    found.push({
      code: "asymmetric",
      serious: true,
      text: `In the market turned upside down it takes the same sides as before (symmetry ${symmetry.toFixed(2)}, where 1 is even-handed): its direction does not come from prices.`,
      correction: MIRROR,
    });
  }
  if (explainedByHour >= LIMITS.hour) {
    found.push({
      code: "clock",
      serious: true,
      text: `The hour of the day alone explains ${share(explainedByHour)} of its side: it trades the clock and not the market.`,
      correction:
        "Train without the features of time (time.sin, time.cos, session.*), or balance the sampling of hours, and hold the result against this one.",
    });
  }
  if (sizes.asked > 0 && Math.max(sizes.least, sizes.most) >= LIMITS.saturated) {
    const end = sizes.most >= sizes.least ? "greatest" : "least";
    found.push({
      code: "saturated",
      serious: false,
      text: `${share(Math.max(sizes.least, sizes.most))} of its sizes are at the ${end} allowed: size says nothing.`,
      correction: "Raise the entropy bonus of sizes (number_entropy of a phase), or use an action space without sizes.",
    });
  }
  const own = groups.filter((group) => group.kind === "symbol" && group.long + group.short > 0.05);
  const lean = own.map(({ long: up, short: down }) => (up - down) / (up + down));
  const high = Math.max(...lean, -1);
  const low = Math.min(...lean, 1);
  if (own.length > 1 && high - low >= 2 * LIMITS.spread) {
    found.push({
      code: "symbol",
      serious: false,
      text: `Its side differs by symbol: ${own[lean.indexOf(high)].name} is long in most of its bars, ${own[lean.indexOf(low)].name} short.`,
      correction:
        "Let symbols change places in training (permute_probability of a phase), so that none has a side of its own.",
    });
  }
  return found;
}

export function biasHeadline(findings: readonly BiasFinding[]): string {
  const serious = findings.filter((finding) => finding.serious);
  if (serious.length > 0) return serious[0].text;
  if (findings.length > 0)
    return `Nothing that makes it worthless; ${findings.length} ${findings.length === 1 ? "habit is" : "habits are"} worth knowing.`;
  return "It treats both directions alike, and neither the hour, a symbol nor a regime decides for it.";
}
