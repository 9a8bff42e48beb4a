/** @file `tidemark drift`: whether what a model reads still looks like what it learned from. */
import { type Command, Option } from "commander";
import { gateModel, modelDrift, reportsFolder } from "../../app/index.ts";
import { formatDay } from "../../core/index.ts";
import { writeResult } from "../../evaluate/index.ts";
import type { DriftAction } from "../../promotion/index.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

/** What each answer means for who runs the model. */
const ACTION_WORDS: Readonly<Record<DriftAction, string>> = {
  none: "Nothing to do.",
  note: "Worth a note: inputs look unusual, and what the model says does not.",
  half: "Trade half the size: what the model says has moved.",
  retrain: "Retrain now (tidemark retrain): what the model says has moved for weeks.",
  challenger:
    "Let a challenger run in shadow: what the model says has moved for weeks, and retraining has not mended it.",
  "close-only": "Open nothing: a feed stands still, or what the model says has moved for more than a month.",
};

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

const SCORE_WORDS: Readonly<Record<string, string>> = {
  "log loss": "Log loss less that of the base rate",
  misses: "Share of bars held that went against it, less what chance gives",
};

/** Weeks that are shown; all of them are in --json. */
const SHOWN = 12;
/** Features that are named. */
const MOVED = 3;

async function gate(context: CommandContext, given: string): Promise<number> {
  const gated = await gateModel(context, context.config(), given);
  const { output } = context;
  output.data(gated);
  output.text(
    `${gated.model} is ${gated.from}, and trades a row of features unlike ${gated.weeks} weeks of its training at half size (about 1 in 100 of ordinary ones) or opens nothing on it (1 in 1,000), in every backtest and session.`,
  );
  return 0;
}

export function registerDrift(program: Command, runner: VerbRunner): void {
  addVerb<{ readonly model: string; readonly gate?: boolean; readonly fetch?: boolean }>(
    program,
    {
      name: "drift",
      summary: VERB_SUMMARIES.drift,
      withoutChance: true,
      details:
        "Every feature is held to its own history: its limit is what 99 of 100 of its ordinary weeks stayed below. Many features beyond their limits in two weeks running are an alarm, and so is what the model says (probabilities, sides) and how good that is (log loss, misses), which count for more. Rows that lie far from those of the training are counted. --json has each feature's distribution in the training and since, and how features correlate. Exit 5 where the newest week asks for more than a note.",
      options: [
        new Option("--model <model>", "name, name/version, or a folder").makeOptionMandatory(),
        new Option("--fetch", "fetch newer candles first"),
        new Option(
          "--gate",
          "make a version of it that trades rows unlike those of its training at half size, or opens nothing on them",
        ),
      ],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--to <date>", "data.to"],
        ["--reports-dir <folder>", "paths.reports"],
        ["--models-dir <folder>", "paths.models"],
        ["--host <place>", "trade.host"],
      ],
      examples: [
        ["drift --model tidemark", "the weeks since it was trained"],
        ["drift --model tidemark --gate", "a version that is careful where the market is unlike its training"],
      ],
      run: async (context, { options }) => {
        if (options.gate === true) return gate(context, options.model);
        const drift = await modelDrift(context, context.config(), options.model, { fetch: options.fetch === true });
        const { output } = context;
        const headline = ACTION_WORDS[drift.action];
        const folder = reportsFolder(context.config());
        const id = writeResult(folder, "drift", drift.model, context.clock.nowMs(), { headline, ...drift });
        output.data({ headline, ...drift, result: id });
        const { model, watched, windows, weeks, beyondShare } = drift;
        output.text(`${model}: ${watched} features, each with a limit from ${windows} of its own weeks`);
        output.text("week to      beyond  standing still  rows behind the gate  furthest");
        for (const { toMs, beyond, broken, alarm, furthest, gated } of weeks.slice(-SHOWN)) {
          const far =
            furthest.length === 0 ? "" : `${furthest[0][0]} ${(furthest[0][1] / furthest[0][2]).toFixed(1)} x`;
          const line = `${formatDay(toMs)}  ${String(beyond.length).padStart(7)}  ${String(broken.length).padStart(14)}  ${percent(gated.half).padStart(20)}  ${far}`;
          output.text(`${line}${alarm ? "  ALARM" : ""}`);
        }
        if (weeks.length > SHOWN) output.note(`${weeks.length - SHOWN} earlier weeks are in --json.`);
        output.text(`Beyond their limits: ${percent(beyondShare)} of features and weeks; 1 % is ordinary.`);
        const furthest = drift.shapes.features.toSorted((a, b) => b.moved - a.moved).slice(0, MOVED);
        output.text(
          `Moved most since the training (population stability index): ${furthest.map(({ name, moved }) => `${name} ${moved.toFixed(2)}`).join(", ")}.`,
        );
        for (const { series, missingTrained, missingSince, outside, moved } of drift.series) {
          const range = outside === null ? "" : `, ${percent(outside)} outside the training's range`;
          output.text(
            `${series}: missing ${percent(missingSince)} (training ${percent(missingTrained)})${range}${moved ? "  MOVED" : ""}`,
          );
        }
        const { outputs, outputsBeyondShare, gatedShare, action } = drift;
        const alarms = outputs.filter(({ alarm }) => alarm).map(({ toMs }) => formatDay(toMs));
        output.text(
          `What it says: ${percent(outputsBeyondShare)} of outputs and weeks beyond their limits; ${alarms.length === 0 ? "no alarm" : `alarms in the weeks to ${alarms.slice(-SHOWN).join(", ")}`}.`,
        );
        for (const { name, limit, calibratedOn, beyondShare: share, weeks: own } of drift.scores) {
          const newest = own.at(-1)?.value ?? null;
          const told =
            newest === null ? "too few answers in the newest week" : `${newest.toFixed(4)} in the newest week`;
          const alarmed = own.filter(({ alarm }) => alarm).map(({ toMs }) => formatDay(toMs));
          output.text(
            `${SCORE_WORDS[name] ?? name}: ${told}, ordinary up to ${limit.toFixed(4)} (${calibratedOn} weeks); ${percent(share)} of weeks beyond; ${alarmed.length === 0 ? "no alarm" : `alarms in the weeks to ${alarmed.slice(-SHOWN).join(", ")}`}.`,
          );
        }
        output.text(
          `Rows further from the training's than ordinary ones: ${percent(gatedShare.half)} (1 % is ordinary), far further ${percent(gatedShare.closed)} (0.1 %).`,
        );
        output.text(output.palette.bold(headline));
        return action === "none" || action === "note" ? 0 : 5;
      },
    },
    runner,
  );
}
