/** @file `tidemark drift`: whether what a model reads still looks like what it learned from. */
import { type Command, Option } from "commander";
import { modelDrift } from "../../app/index.ts";
import { formatDay } from "../../core/index.ts";
import { addVerb, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** Weeks that are shown; all of them are in --json. */
const SHOWN = 12;

export function registerDrift(program: Command, runner: VerbRunner): void {
  addVerb<{ readonly model: string }>(
    program,
    {
      name: "drift",
      summary: VERB_SUMMARIES.drift,
      withoutChance: true,
      details:
        "Every feature is held to its own history: its limit is what 99 of 100 of its ordinary weeks stayed below. Many features beyond their limits in two weeks running are an alarm. Exit 5 where the newest week is one, or a feature stands still.",
      options: [new Option("--model <model>", "name, name/version, or a folder").makeOptionMandatory()],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--to <date>", "data.to"],
      ],
      examples: [["drift --model tidemark", "the weeks since it was trained"]],
      run: async (context, { options }) => {
        const drift = await modelDrift(context, context.config(), options.model);
        const { output } = context;
        output.data(drift);
        const { model, watched, windows, weeks, beyondShare } = drift;
        output.text(`${model}: ${watched} features, each with a limit from ${windows} of its own weeks`);
        output.text("week to      beyond  standing still  furthest");
        for (const { toMs, beyond, broken, alarm, furthest } of weeks.slice(-SHOWN)) {
          const far =
            furthest.length === 0 ? "" : `${furthest[0][0]} ${(furthest[0][1] / furthest[0][2]).toFixed(1)} x`;
          const line = `${formatDay(toMs)}  ${String(beyond.length).padStart(7)}  ${String(broken.length).padStart(14)}  ${far}`;
          output.text(`${line}${alarm ? "  ALARM" : ""}`);
        }
        if (weeks.length > SHOWN) output.note(`${weeks.length - SHOWN} earlier weeks are in --json.`);
        output.text(`Beyond their limits: ${(100 * beyondShare).toFixed(1)} % of features and weeks; 1 % is ordinary.`);
        for (const { series, missingTrained, missingSince, outside, moved } of drift.series) {
          const range = outside === null ? "" : `, ${share(outside)} outside the training's range`;
          output.text(
            `${series}: missing ${share(missingSince)} (training ${share(missingTrained)})${range}${moved ? "  MOVED" : ""}`,
          );
        }
        const last = weeks[weeks.length - 1];
        return last.alarm || last.broken.length > 0 ? 5 : 0;
      },
    },
    runner,
  );
}
