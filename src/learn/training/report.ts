/** @file What a training tells while it runs: figures of every update for the trackers, a line and curves for people. */
import type { Progress, ProgressListener } from "../../core/index.ts";
import type { ConfigRecord, Tracker } from "../../tracking/index.ts";
import { costShareOf, type Phase, SETTING_NAMES } from "../curriculum/index.ts";
import type { TradingEnv } from "../env/index.ts";
import type { Ppo, PpoReport } from "../ppo/index.ts";

/** Episodes whose mean is told. */
const EPISODES = 100;
/** Histograms of a run: enough to see a movement, few enough not to fill the disk. */
const HISTOGRAMS = 25;

export type UpdateFacts = {
  readonly costs: ReturnType<TradingEnv["takeCosts"]>;
  readonly categories: readonly string[];
  readonly symbols: readonly string[];
  /** Account-steps of the update. */
  readonly rollout: number;
  readonly elapsedMs: number;
};

/** Of the run or of the phase that it is in. */
export type ProgressSpan = { readonly label: string; readonly from: number; readonly steps: number };

export class TrainReport {
  readonly #tracker: Tracker;
  readonly #onProgress: ProgressListener | undefined;
  readonly #histogramEvery: number;
  #returns: number[] = [];
  #lengths: number[] = [];

  /** @param updates of the whole run, as far as they are known */
  constructor(tracker: Tracker, onProgress: ProgressListener | undefined, updates: number) {
    this.#tracker = tracker;
    this.#onProgress = onProgress;
    this.#histogramEvery = Math.max(1, Math.ceil(updates / HISTOGRAMS));
  }

  /** Settings and labels, before anything else. */
  begin(settings: Readonly<Record<string, unknown>>, tags: Readonly<Record<string, string>>): void {
    // Settings are plain data; what is not set is left out.
    const plain = JSON.parse(JSON.stringify(settings)) as ConfigRecord;
    this.#tracker.config(plain, tags);
    this.#tracker.text("settings", `\`\`\`json\n${JSON.stringify(plain, null, 2)}\n\`\`\``);
  }

  phase(number: number, phase: Phase, steps: number): void {
    const rows = SETTING_NAMES.map((name) => `| ${name} | ${phase[name]} |`);
    const title = `Phase ${number}: ${phase.name} (${phase.stage}), ${phase.steps} steps`;
    this.#tracker.text(`phase${number}`, [title, "", "| setting | value |", "|---|---|", ...rows].join("\n"));
    this.#tracker.scalar("phase/number", number, steps);
  }

  phaseEnd(number: number, endedBy: string, reason: string, recommended: readonly string[]): void {
    const lines = recommended.length === 0 ? ["Nothing is recommended."] : recommended.map((line) => `- ${line}`);
    this.#tracker.text(`phase${number}/end`, [`Ended by ${endedBy}: ${reason}.`, "", ...lines].join("\n"));
  }

  validation(meanReward: number, gap: number | undefined, steps: number): void {
    this.#tracker.scalars(
      { "validation/meanReward": meanReward, ...(gap === undefined ? {} : { "validation/gap": gap }) },
      steps,
    );
  }

  update(report: PpoReport, facts: UpdateFacts, span: ProgressSpan, episodeBars: number): void {
    for (const { reward, steps } of report.episodes) {
      this.#returns.push(reward);
      this.#lengths.push(steps);
    }
    this.#returns = this.#returns.slice(-EPISODES);
    this.#lengths = this.#lengths.slice(-EPISODES);
    const episodeReturn = this.#returns.length === 0 ? undefined : mean(this.#returns);
    this.#tracker.scalars(
      {
        ...algorithmFigures(report),
        ...tradingFigures(report, facts),
        "speed/stepsPerSecond": (facts.rollout / facts.elapsedMs) * 1000,
        ...(episodeReturn === undefined
          ? {}
          : { "rollout/episodeReturn": episodeReturn, "rollout/episodeBars": mean(this.#lengths) }),
      },
      report.steps,
    );
    // A sum of log returns.
    const shown = episodeReturn ?? report.meanReward * episodeBars;
    this.#onProgress?.({
      label: span.label,
      done: report.steps - span.from,
      total: span.steps,
      unit: "steps",
      ...shownOf(report, shown),
    });
  }

  /** How each piece of the parameters is spread, every so many updates. */
  histograms(ppo: Ppo, updates: number): void {
    if (updates % this.#histogramEvery !== 0) return;
    for (const { name, offset, size } of ppo.parameters.entries) {
      this.#tracker.histogram(`parameters/${name}`, ppo.values.subarray(offset, offset + size), ppo.steps);
    }
  }
}

/** @param episodeReturn a sum of log returns */
function shownOf(report: PpoReport, episodeReturn: number): Pick<Progress, "figures" | "curves"> {
  const { exploration, valueLoss } = report;
  const grown = { return: Math.expm1(episodeReturn) * 100 };
  if (exploration !== undefined) {
    return {
      figures: {
        return: percent(episodeReturn),
        loss: valueLoss.toFixed(4),
        drawn: `${(exploration * 100).toFixed(0)} %`,
      },
      curves: { ...grown, loss: valueLoss },
    };
  }
  const { policyLoss, approximateKl, entropy } = report;
  return {
    figures: {
      return: percent(episodeReturn),
      "policy loss": policyLoss.toFixed(4),
      "value loss": valueLoss.toFixed(4),
      KL: approximateKl.toFixed(4),
    },
    curves: { ...grown, "policy loss": policyLoss, "value loss": valueLoss, KL: approximateKl, entropy },
  };
}

function algorithmFigures(report: PpoReport): Record<string, number> {
  const common = {
    "loss/value": report.valueLoss,
    "value/explainedVariance": report.explainedVariance,
    "update/gradientNorm": report.gradientNorm,
    "update/learningRate": report.learningRate,
    "update/epochs": report.epochs,
    "update/firstRatioError": report.firstRatioError,
  };
  if (report.exploration !== undefined) return { ...common, "policy/exploration": report.exploration };
  return {
    ...common,
    "loss/policy": report.policyLoss,
    "policy/entropy": report.entropy,
    "policy/sizeEntropy": report.betaEntropy,
    "policy/approximateKl": report.approximateKl,
    "policy/finalKl": report.finalKl,
    "policy/directionKl": report.choiceKl,
    "policy/sizeKl": report.betaKl,
    "policy/clipFraction": report.clipFraction,
    ...(report.anchorKl === undefined ? {} : { "policy/anchorKl": report.anchorKl }),
  };
}

function tradingFigures(
  report: PpoReport,
  { costs, categories, symbols, rollout }: UpdateFacts,
): Record<string, number> {
  const actions: Array<[string, number]> = categories.map((name, c) => [`actions/${name}`, report.actionShares[c]]);
  if (symbols.length > 1) {
    for (const [s, symbol] of symbols.entries()) {
      for (const [c, name] of categories.entries()) {
        actions.push([`actions/${symbol}/${name}`, report.symbolActionShares[s][c]]);
      }
    }
  }
  return {
    "rollout/meanReward": report.meanReward,
    "rollout/feeShare": costs.feeShares / rollout,
    "rollout/costShare": costShareOf(costs.feeShares, costs.gainShares),
    ...Object.fromEntries(actions),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A sum of log returns as a percentage. */
function percent(logReturn: number): string {
  const share = Math.expm1(logReturn) * 100;
  return `${share >= 0 ? "+" : ""}${share.toFixed(2)} %`;
}
