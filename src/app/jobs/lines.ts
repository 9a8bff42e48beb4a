/** @file Every kind of long work as the command line that does it. */
import { TidemarkError } from "../../core/index.ts";
import { type Config, loadConfig, type Override } from "../config/load.ts";
import { valueOfText } from "../config/spelling.ts";

type Part = "model" | "resume";
type Verb = {
  readonly verb: readonly string[];
  readonly model?: string;
  readonly resume?: string;
  readonly needs?: Part;
};

/** By kind: the verb, and by which flag it takes a model or what is to be gone on with. */
const VERBS = {
  train: { verb: ["train"], model: "--continue", resume: "--resume" },
  tune: { verb: ["tune"], resume: "--resume" },
  backtest: { verb: ["backtest"], model: "--model" },
  walkforward: { verb: ["walkforward"], model: "--model", resume: "--resume" },
  stress: { verb: ["stress"], model: "--model" },
  fetch: { verb: ["fetch"] },
  paper: { verb: ["paper"], model: "--model", needs: "model" },
  doctor: { verb: ["doctor"] },
  "data-check": { verb: ["data", "check"] },
  drift: { verb: ["drift"], model: "--model", needs: "model" },
  "verify-leak": { verb: ["verify", "leak"], model: "--model" },
  "verify-warmup": { verb: ["verify", "warmup"], model: "--model" },
  "verify-parity": { verb: ["verify", "parity"], model: "--model" },
  "verify-bias": { verb: ["verify", "bias"], model: "--model", needs: "model" },
} as const satisfies Readonly<Record<string, Verb>>;
export type WorkKind = keyof typeof VERBS;

export type WorkOrder = {
  readonly kind: WorkKind;
  readonly model?: string | undefined;
  readonly resume?: string | undefined;
  /** Configuration values by dotted key of the file. */
  readonly settings: Readonly<Record<string, unknown>>;
};

/** Keys that nobody sets from afar: where files lie, and what decides about real money. */
const KEPT_BACK = /^(?:paths\.|data\.root$|trade\.(?:live|state|host)$|venue\.)/;

function refuse(what: string, where: string, fix: string): never {
  throw new TidemarkError("USAGE_ARGUMENT", { what, where, fix });
}

/** A name that a flag takes: never a flag itself, never a path out of the project. */
function plainName(name: string, where: string): string {
  if (/^[\w][\w.@/-]*$/.test(name) && !name.includes("..")) return name;
  return refuse(`"${name}" is no name`, where, "Give a name as the lists show it.");
}

/**
 * The arguments of the command line, without the program. Throws USAGE_ARGUMENT, or CONFIG_VALUE and CONFIG_UNKNOWN_KEY where a
 * setting is wrong: by the same check as a flag.
 */
export function workLine(order: WorkOrder, config: Config): string[] {
  const { verb, model: modelFlag, resume: resumeFlag, needs }: Verb = VERBS[order.kind];
  if (needs !== undefined && order[needs] === undefined) {
    refuse(`${order.kind} needs a ${needs}`, needs, "Name one; `tidemark models ls` lists them.");
  }
  const line: string[] = [...verb];
  for (const [part, flag] of [
    ["model", modelFlag],
    ["resume", resumeFlag],
  ] as const) {
    const given = order[part];
    if (given === undefined) continue;
    if (flag === undefined) refuse(`${order.kind} takes no ${part}`, part, "Leave it out.");
    line.push(flag, plainName(given, part));
  }
  checkSettings(order.settings, config);
  for (const [key, value] of Object.entries(order.settings)) {
    line.push("--set", `${key}=${settingText(value)}`);
  }
  return line;
}

/** By the same reader as flags and file. */
function checkSettings(settings: Readonly<Record<string, unknown>>, config: Config): void {
  const overrides: Override[] = [];
  for (const [key, value] of Object.entries(settings)) {
    if (!/^[a-z]\w*(?:\.\w+)*$/i.test(key)) refuse(`"${key}" is no setting`, "settings", "Write it as section.key.");
    if (KEPT_BACK.test(key)) {
      refuse(`${key} is not set from a page`, key, "Set it in tidemark.toml, or start the command on a terminal.");
    }
    overrides.push({ path: key, value: valueOfText(key, settingText(value)), source: key });
  }
  loadConfig({ path: config.file, workingFolder: config.folder, overrides });
}

function settingText(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** As a person would type it. */
export function shownLine(line: readonly string[]): string {
  return [
    "tidemark",
    ...line.map((part) => (/^[\w@%+=:,./-]+$/.test(part) ? part : `'${part.replaceAll("'", `'\\''`)}'`)),
  ].join(" ");
}
