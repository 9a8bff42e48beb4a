/** @file Forms from the configuration's JSON schema: which fields a kind of work has, what a text means, and what is wrong with it. */

export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
};

export type SettingValue = string | number | boolean | null | readonly string[];

export type FormField = {
  /** Dotted, as in the configuration file. */
  readonly key: string;
  readonly label: string;
  readonly about: string;
  readonly kind: "number" | "integer" | "text" | "flag" | "choice" | "list";
  readonly choices: readonly string[];
  readonly schema: JsonSchema;
  readonly initial: string;
};

/** Sections that a kind of work reads, the nearest first. */
export const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  train: ["training", "model", "data", "features", "splits", "curriculum", "exchange", "sizing", "risk"],
  tune: ["search", "training", "model", "data", "features"],
  backtest: ["backtest", "data", "exchange", "risk", "sizing"],
  walkforward: ["training", "model", "data", "backtest", "splits"],
  stress: ["data", "exchange", "risk"],
  fetch: ["data"],
  paper: ["trade", "data", "risk", "sizing"],
  drift: ["data"],
  "data-check": ["data"],
};

/** What the server takes from nobody afar: where files lie, and what decides about real money. */
const KEPT_BACK = /^(?:paths\.|data\.root$|trade\.(?:live|state|host)$|venue\.)/;

/** What most people set; the rest is one step away. */
const FIRST: ReadonlySet<string> = new Set([
  "training.total_steps",
  "training.learning_rate",
  "training.accounts",
  "training.episode_bars",
  "model.name",
  "model.encoder",
  "model.hidden_size",
  "data.symbols",
  "data.timeframe",
  "data.from",
  "data.to",
  "data.venue",
  "search.trials",
  "search.parallel",
  "search.sampler",
  "search.pruner",
  "search.objective",
  "backtest.initial_balance",
  "backtest.baselines",
  "exchange.taker_fee_bps",
  "exchange.cost_multiplier",
  "features.set",
  "risk.max_drawdown",
  "risk.daily_loss",
  "sizing.scheme",
  "splits.train",
  "splits.validation",
]);

export function isFirst(key: string): boolean {
  return FIRST.has(key);
}

function simple(schema: JsonSchema): JsonSchema {
  const known = schema.anyOf?.find(({ type }) => type !== "null");
  return known === undefined
    ? schema
    : {
        ...known,
        ...(schema.description === undefined ? {} : { description: schema.description }),
        default: schema.default,
      };
}

function kindOf(schema: JsonSchema): FormField["kind"] | undefined {
  if (schema.enum !== undefined) return "choice";
  const type = typeof schema.type === "string" ? schema.type : schema.type?.find((one) => one !== "null");
  if (type === "integer" || type === "number") return type === "integer" ? "integer" : "number";
  if (type === "boolean") return "flag";
  if (type === "string") return "text";
  return type === "array" && (schema.items?.type === "string" || schema.items?.enum !== undefined) ? "list" : undefined;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The value at a dotted key, whether the object spells its names with underscores or humps. */
export function valueAt(values: unknown, key: string): unknown {
  let at: unknown = values;
  if (typeof values === "object" && values !== null && key in values) return (values as Record<string, unknown>)[key];
  for (const name of key.split(".")) {
    if (typeof at !== "object" || at === null) return undefined;
    const here = at as Record<string, unknown>;
    at = name in here ? here[name] : here[camel(name)];
  }
  return at;
}

/** Every field of these sections that a form can hold; what needs a table of its own stays with the file. */
export function formFields(schema: JsonSchema, sections: readonly string[], values: unknown): FormField[] {
  return sections.flatMap((section) => {
    const properties = schema.properties?.[section]?.properties ?? {};
    return Object.entries(properties).flatMap(([name, given]): FormField[] => {
      const one = simple(given);
      const kind = kindOf(one);
      if (kind === undefined) return [];
      const key = `${section}.${name}`;
      if (KEPT_BACK.test(key)) return [];
      const current = valueAt(values, key) ?? one.default;
      return [
        {
          key,
          label: name.replaceAll("_", " "),
          about: given.description ?? "",
          kind,
          choices: kind === "choice" ? (one.enum ?? []).map(String) : (one.items?.enum ?? []).map(String),
          schema: one,
          initial: textOf(current),
        },
      ];
    });
  });
}

/** What is wrong with a text for its field; undefined where nothing is. The server checks again. */
export function problemWith(field: FormField, text: string): string | undefined {
  const { schema, kind } = field;
  if (text.trim() === "") return undefined;
  if (kind === "list" && field.choices.length > 0) {
    const unknown = listOf(text).find((word) => !field.choices.includes(word));
    return unknown === undefined ? undefined : `${unknown} is none of ${field.choices.join(", ")}`;
  }
  if (kind !== "number" && kind !== "integer") return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return "is no number";
  if (kind === "integer" && !Number.isInteger(value)) return "takes whole numbers";
  if (schema.minimum !== undefined && value < schema.minimum) return `is at least ${schema.minimum}`;
  if (schema.maximum !== undefined && value > schema.maximum) return `is at most ${schema.maximum}`;
  if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum)
    return `is above ${schema.exclusiveMinimum}`;
  if (schema.exclusiveMaximum !== undefined && value >= schema.exclusiveMaximum)
    return `is below ${schema.exclusiveMaximum}`;
  return undefined;
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function valueOf(field: FormField, text: string): SettingValue {
  if (field.kind === "flag") return text === "true";
  if (field.kind === "number" || field.kind === "integer") return Number(text);
  return field.kind === "list" ? listOf(text) : text;
}

/** Settings that differ from what holds already, by dotted key. */
export function changedSettings(
  fields: readonly FormField[],
  texts: Readonly<Record<string, string>>,
): Readonly<Record<string, SettingValue>> {
  const changed = fields.filter(
    ({ key, initial }) => texts[key] !== undefined && texts[key] !== initial && texts[key].trim() !== "",
  );
  return Object.fromEntries(changed.map((field) => [field.key, valueOf(field, texts[field.key])]));
}

export type Work = { readonly kind: string; readonly model?: string | undefined; readonly resume?: string | undefined };

/** The equal command line, for those who want it in a script. */
export function lineOf({ kind, model, resume }: Work, settings: Readonly<Record<string, SettingValue>>): string {
  const verb = kind.replace("verify-", "verify ").replace("data-check", "data check");
  const sets = Object.entries(settings).map(([key, value]) => {
    const text = Array.isArray(value) ? value.join(",") : String(value);
    return ` --set ${/^[\w@%+=:,./-]*$/.test(text) ? `${key}=${text}` : `'${key}=${text.replaceAll("'", `'\\''`)}'`}`;
  });
  const of = model === undefined ? "" : ` ${kind === "train" ? "--continue" : "--model"} ${model}`;
  return `tidemark ${verb}${of}${resume === undefined ? "" : ` --resume ${resume}`}${sets.join("")}`;
}
