/** @file `tidemark promotion`, `promote`, `demote`, `rollback`: where a model stands, and the steps up and down. */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { demote, promote, promotionStandings, readStageRecord, rollback } from "../../app/index.ts";
import { formatDay } from "../../core/index.ts";
import { STAGES, type Stage } from "../../promotion/index.ts";
import { printConditions } from "../print/conditions.ts";
import { addVerb, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

export function registerPromotion(program: Command, runner: VerbRunner): void {
  addVerb<object>(
    program,
    {
      name: "promotion",
      summary: VERB_SUMMARIES.promotion,
      withoutChance: true,
      details: "The stage of every version, with the figures of its last look at the gate above.",
      arguments: [["[name]", "a model's name; all that have begun without it"]],
      examples: [["promotion tidemark", "where its versions stand"]],
      run: (context, { args }) => {
        const found = promotionStandings(context, context.config(), args[0]);
        const { output } = context;
        output.data(found);
        if (found.every(({ standings }) => standings.length === 0)) {
          output.text("No model has begun its way: tidemark promote MODEL");
        }
        for (const { name, standings } of found) {
          for (const { version, assetClass, stage, sinceMs, multiplier, lastLook } of standings) {
            output.text(
              `${name}/${version}  ${assetClass}  ${stage} since ${formatDay(sinceMs)}, size times ${multiplier}`,
            );
            if (lastLook === undefined) continue;
            output.text(`  last look ${formatDay(lastLook.timeMs)}: ${lastLook.outcome}`);
            printConditions(output, lastLook.conditions);
          }
        }
        return Promise.resolve();
      },
    },
    runner,
  );
}

export function registerPromote(program: Command, runner: VerbRunner): void {
  addVerb<{ readonly record?: string }>(
    program,
    {
      name: "promote",
      summary: VERB_SUMMARIES.promote,
      withoutChance: true,
      details:
        "One stage up where every condition of the gate is met: by the newest report out of candidate, by the journal of the stage's session above it. The look is recorded, whatever it finds. Exit 5 where it does not pass.",
      arguments: [["<model>", "name, or name/version"]],
      options: [
        new Option("--record <file>", "what the model has done in its stage, as JSON, in place of the journal"),
      ],
      examples: [
        ["promote tidemark/3", "from candidate to paper, by its newest report"],
        ["promote tidemark/3 --record paper.json", "from paper to shadow, by a file"],
      ],
      run: async (context, { args, options }) => {
        const record =
          options.record === undefined ? undefined : readStageRecord(resolve(context.folder, options.record));
        const { model, from, to, look } = await promote(context, context.config(), args[0], record);
        const { output } = context;
        output.data({ model: `${model.name}/${model.version}`, assetClass: model.assetClass, from, to, look });
        output.text(
          to === null
            ? `${model.name}/${model.version} stays in ${from}: the gate "${look.gate}" ${look.outcome === "fail" ? "is not passed" : "waits"}`
            : `${model.name}/${model.version}: ${from} to ${to}`,
        );
        printConditions(output, look.conditions);
        return to === null ? 5 : 0;
      },
    },
    runner,
  );
}

export function registerDemote(program: Command, runner: VerbRunner): void {
  addVerb<{ readonly to: Stage; readonly reason: string }>(
    program,
    {
      name: "demote",
      summary: VERB_SUMMARIES.demote,
      withoutChance: true,
      arguments: [["<model>", "name, or name/version"]],
      options: [
        new Option("--to <stage>", "the stage below").choices(STAGES.slice(0, -1)).default("paper"),
        new Option("--reason <text>", "kept in the registry").makeOptionMandatory(),
      ],
      examples: [['demote tidemark/3 --to paper --reason "slippage doubled"', "from wherever it stands"]],
      run: async (context, { args, options }) => {
        const from = await demote(context, context.config(), args[0], options.to, options.reason);
        context.output.data({ model: args[0], from, to: options.to });
        context.output.text(`${args[0]}: ${from} to ${options.to}`);
      },
    },
    runner,
  );
}

export function registerRollback(program: Command, runner: VerbRunner): void {
  addVerb<{ readonly reason: string }>(
    program,
    {
      name: "rollback",
      summary: VERB_SUMMARIES.rollback,
      withoutChance: true,
      details:
        "The version that was live before the champion is live again; the champion goes to paper. Nothing is trained.",
      arguments: [["<name>", "the model's name"]],
      options: [new Option("--reason <text>", "kept in the registry").makeOptionMandatory()],
      examples: [['rollback tidemark --reason "worse since Monday"', "one step back"]],
      run: async (context, { args, options }) => {
        const { from, to, assetClass } = await rollback(context, context.config(), args[0], options.reason);
        context.output.data({ model: args[0], assetClass, from, to });
        context.output.text(`${args[0]}: version ${to} is live again in place of ${from}, ${assetClass}`);
      },
    },
    runner,
  );
}
