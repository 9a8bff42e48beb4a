/** @file `tidemark promotion`, `promote`, `demote`, `rollback`: where a model stands, and the steps up and down. */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { demote, promote, promotionStandings, readStageRecord, rollback, type StandingOf } from "../../app/index.ts";
import { formatDay, formatMinute } from "../../core/index.ts";
import { type RegistryEvent, STAGES, type Stage } from "../../promotion/index.ts";
import { printConditions } from "../print/conditions.ts";
import { addVerb, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

export function registerPromotion(program: Command, runner: VerbRunner): void {
  addVerb<{ readonly history?: boolean }>(
    program,
    {
      name: "promotion",
      summary: VERB_SUMMARIES.promotion,
      details:
        "The stage of every version, with the figures of its last look at the gate above, when the next one is due, and the session that it is judged by.",
      arguments: [["[name]", "a model's name; all that have begun without it"]],
      options: [new Option("--history", "every event of the registry, oldest first")],
      examples: [
        ["promotion tidemark", "where its versions stand"],
        ["promotion tidemark --history", "and how they came there"],
      ],
      run: (context, { args, options }) => {
        const found = promotionStandings(context, context.config(), args[0]);
        const { output } = context;
        output.data(found);
        if (found.every(({ standings }) => standings.length === 0)) {
          output.text("No model has begun its way: tidemark promote MODEL");
        }
        for (const { name, standings, events } of found) {
          for (const standing of standings) printStanding(output, name, standing);
          if (options.history !== true) continue;
          output.text(`history of ${name}`);
          for (const event of events) output.text(`  ${formatMinute(event.timeMs)}  ${eventText(event)}`);
        }
        return Promise.resolve();
      },
    },
    runner,
  );
}

function printStanding(
  output: { text(line: string): void },
  name: string,
  standing: StandingOf["standings"][number],
): void {
  const { version, assetClass, stage, sinceMs, multiplier, lastLook, nextLookMs, session } = standing;
  output.text(`${name}/${version}  ${assetClass}  ${stage} since ${formatDay(sinceMs)}, size times ${multiplier}`);
  if (session !== undefined) {
    const { id, records, lastMs, beside } = session;
    const until = records === 0 ? "has no journal yet" : `${records} records up to ${formatMinute(lastMs)}`;
    output.text(`  session ${id}: ${until}${beside === undefined ? "" : `, beside ${beside}`}`);
  }
  if (lastLook !== undefined) {
    output.text(`  last look ${formatDay(lastLook.timeMs)}: ${lastLook.outcome}`);
    printConditions(output, lastLook.conditions);
  }
  if (nextLookMs !== undefined) output.text(`  next look ${formatMinute(nextLookMs)} or later`);
}

type Told = { readonly [Kind in RegistryEvent["kind"]]: (event: Extract<RegistryEvent, { kind: Kind }>) => string };

const TOLD: Told = {
  register: ({ recipe }) => `registered, recipe ${recipe.slice(0, 12)}`,
  look: ({ gate, outcome, evidence }) =>
    `look at the gate "${gate}": ${outcome}, evidence ${Math.exp(evidence.logCapital).toPrecision(3)}`,
  promote: ({ from, to }) => `${from} to ${to}`,
  inherit: ({ from }) => `takes over from ${from}`,
  challenge: ({ from }) => `begins beside ${from}, because it acts otherwise`,
  retrain: ({ candidate, answer }) =>
    `retrained: ${candidate === null ? "dropped" : `version ${candidate}, ${answer}`}`,
  demote: ({ from, to, reason }) => `${from} to ${to}: ${reason}`,
  rollback: ({ from, reason }) => `live again in place of ${from ?? "nobody"}: ${reason}`,
  multiplier: ({ value, reason }) => `size times ${value}: ${reason}`,
  restart: ({ stage, reason }) => `${stage} begins anew: ${reason}`,
  accept: ({ stage, multiplier, signature }) => `risk accepted in ${stage} at size times ${multiplier}: ${signature}`,
};

/** An event in a line: version, what happened, why, by whom. */
function eventText(event: RegistryEvent): string {
  const told = TOLD[event.kind] as (of: RegistryEvent) => string;
  return `${event.version}  ${told(event)} (${event.actor})`;
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
        "The version that was live before is live again; a champion in its place goes to paper, and where one has fallen already its place is taken. Nothing is trained.",
      arguments: [["<name>", "the model's name"]],
      options: [new Option("--reason <text>", "kept in the registry").makeOptionMandatory()],
      examples: [['rollback tidemark --reason "worse since Monday"', "one step back"]],
      run: async (context, { args, options }) => {
        const { from, to, assetClass } = await rollback(context, context.config(), args[0], options.reason);
        context.output.data({ model: args[0], assetClass, from, to });
        context.output.text(`${args[0]}: version ${to} is live again in place of ${from ?? "nobody"}, ${assetClass}`);
      },
    },
    runner,
  );
}
