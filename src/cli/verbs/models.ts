/** @file `tidemark models`: the trained models, and what each of them is. */
import type { Command } from "commander";
import { findModel, listModels, removableModel, searchText } from "../../app/index.ts";
import { formatDay, formatMinute } from "../../core/index.ts";
import type { ContinuedFrom, PhaseRecord, SearchOrigin } from "../../learn/index.ts";
import { type ModelManifest, readManifest } from "../../policy/index.ts";
import { table } from "../terminal/table.ts";
import { addGroup, addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { addRemoval } from "./removal.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

const SETTINGS = [["--models-dir <folder>", "paths.models"]] as const;

function shortSymbols(manifest: ModelManifest): string {
  const symbols = manifest.instruments.map(({ symbol }) => symbol);
  return symbols.length > 3 ? `${symbols.length} symbols` : symbols.join(" ");
}

function list(context: CommandContext): void {
  const { folder, models, damaged } = listModels(context.config());
  const rows = models.map(({ name, version, manifest: m }) => [
    `${name}/${version}`,
    formatMinute(m.createdMs),
    m.network.encoder,
    m.actionSpace,
    shortSymbols(m),
    m.timeframe,
    m.provenance.steps.toLocaleString("en-US"),
    m.parameters.toLocaleString("en-US"),
    m.provenance.synthetic ? "synthetic" : "real",
  ]);
  context.output.text(
    models.length === 0
      ? `No models in ${folder}. \`tidemark train\` makes them.`
      : table(
          [
            { title: "model" },
            { title: "trained (UTC)" },
            { title: "encoder", drop: 2 },
            { title: "actions", drop: 4 },
            { title: "symbols" },
            { title: "bars" },
            { title: "steps", align: "right" },
            { title: "parameters", align: "right", drop: 3 },
            { title: "data", drop: 1 },
          ],
          rows,
          context.output.columns,
        ),
  );
  for (const { name, version, error } of damaged) context.output.warn(`${name}/${version}: ${error}`);
  context.output.data({
    folder,
    models: models.map(({ name, version, manifest }) => ({ ...manifest, name, version, normalizer: undefined })),
    damaged,
  });
}

/** What the training went on from, through which phases, and with whose settings. */
function lineage({
  continuedFrom,
  phases = [],
  search,
}: ModelManifest["provenance"]): Array<readonly [string, string]> {
  // Written by a training of this program.
  const from = continuedFrom as ContinuedFrom | undefined;
  const done = phases as readonly PhaseRecord[];
  const found = search as SearchOrigin | undefined;
  return [
    ...(found === undefined ? [] : [["settings", searchText(found)] as const]),
    ...(from === undefined ? [] : [["goes on from", `${from.model} after ${count(from.steps)} steps`] as const]),
    ...(done.length === 0
      ? []
      : [["phases", done.map(({ number, name, endedBy }) => `${number} ${name} (${endedBy})`).join(", ")] as const]),
  ];
}

function count(steps: number): string {
  return steps.toLocaleString("en-US");
}

function show(context: CommandContext, given: string): void {
  const folder = findModel(context.config(), given);
  const m = readManifest(folder);
  const p = m.provenance;
  const lines: Array<readonly [string, string]> = [
    ["model", `${m.name} version ${m.version}, made ${formatMinute(m.createdMs)} UTC`],
    ["trades", `${m.instruments.map(({ symbol }) => symbol).join(", ")} on ${m.timeframe} bars`],
    ["decides", `${m.actionSpace}, ${m.network.encoder} encoder, ${m.parameters.toLocaleString("en-US")} parameters`],
    ...(m.ensemble === undefined
      ? []
      : [
          [
            "members",
            `${m.ensemble.members.length} networks by ${m.ensemble.learner}, seeds ${m.ensemble.members.map(({ seed }) => seed).join(", ")}`,
          ] as const,
        ]),
    ["sees", `${m.features.names.length} features: ${m.features.names.join(", ")}`],
    [
      "trained on",
      `${formatDay(p.trainFromMs)} to ${formatDay(p.trainToMs)}, ${p.steps.toLocaleString("en-US")} steps`,
    ],
    ...lineage(p),
    ["data", `${p.synthetic ? "SYNTHETIC, " : ""}fingerprint ${p.dataFingerprint.slice(0, 16)}`],
    ["made by", `version ${p.codeVersion}, seed ${p.seed}, configuration ${p.configFingerprint.slice(0, 16)}`],
    ["folder", folder],
  ];
  for (const [label, text] of lines) context.output.text(`${context.output.palette.dim(label.padEnd(12))} ${text}`);
  context.output.data({ folder, ...m });
}

export function registerModels(program: Command, runner: VerbRunner): void {
  const group = addGroup(program, "models", VERB_SUMMARIES.models, [["models ls", "every model and version"]]);
  addVerb(
    group,
    {
      name: "ls",
      summary: "List the models and their versions",
      withoutChance: true,
      settings: SETTINGS,
      examples: [["models ls", "every model with its encoder, data and steps"]],
      run: async (context) => list(context),
    },
    runner,
  );
  addVerb(
    group,
    {
      name: "show",
      summary: "Show what a model is and where it came from",
      withoutChance: true,
      arguments: [["<model>", 'a name, "name/version", or a folder']],
      settings: SETTINGS,
      examples: [["models show tidemark", "the newest version of one model"]],
      run: async (context, { args }) => show(context, args[0]),
    },
    runner,
  );
  addRemoval(
    group,
    {
      summary: "Remove models; the runs that made them stay",
      arguments: [["<models...>", '"name/version" for one version, a bare name for all of them']],
      settings: SETTINGS,
      examples: [["models rm tidemark/3", "one version, after a question"]],
    },
    (context, given) => removableModel(context.config(), given),
    runner,
  );
}
