/** @file What is searched: from [search.space] to a space, and from a trial's parameters back to a configuration. */

import { configValueError, TidemarkError } from "../../core/index.ts";
import { fittingRollout } from "../../learn/index.ts";
import { CLASSIFIER_HISTORY, type EncoderName, type LearnerName, learnsClassifier } from "../../policy/index.ts";
import type { DimensionSpec, Params, ParamValue, SearchSpace } from "../../search/index.ts";
import { camelCase } from "../config/camel.ts";
import { changedConfig } from "../config/changed.ts";
import { networkSettings, ppoSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";
import type { FileConfig } from "../config/schema.ts";

type SpaceKeys = keyof FileConfig["search"]["space"];

type Tunable = {
  readonly section: "training" | "model" | "supervised";
  /** In its section, where that is another name. */
  readonly key?: string;
  readonly kind: "linear" | "logarithmic" | "choice";
  /** Classifiers that have this setting; of a network where absent. */
  readonly of?: readonly LearnerName[];
  /** Encoders that have this setting; all where absent. */
  readonly only?: readonly EncoderName[];
};

const TRANSFORMERS: readonly EncoderName[] = ["transformer", "hierarchical"];

/** Every setting that can be searched. Its name in [search.space] and in a trial is that of its key. */
const TUNABLES: Readonly<Record<SpaceKeys, Tunable>> = {
  encoder: { section: "model", kind: "choice" },
  hidden_size: { section: "model", kind: "choice" },
  join_size: { section: "model", kind: "choice" },
  join_layers: { section: "model", kind: "choice" },
  window: { section: "model", kind: "choice", only: ["mlp"] },
  layers: { section: "model", kind: "choice", only: TRANSFORMERS },
  attention_window: { section: "model", kind: "choice", only: TRANSFORMERS },
  learning_rate: { section: "training", kind: "logarithmic" },
  rollout: { section: "training", kind: "choice" },
  epochs: { section: "training", kind: "choice" },
  gamma: { section: "training", kind: "choice" },
  gae_lambda: { section: "training", kind: "linear" },
  clip: { section: "training", kind: "linear" },
  direction_entropy: { section: "training", kind: "logarithmic" },
  size_entropy: { section: "training", kind: "logarithmic" },
  value_coefficient: { section: "training", kind: "linear" },
  max_grad_norm: { section: "training", kind: "logarithmic" },
  tree_rate: { section: "supervised", key: "learning_rate", kind: "logarithmic", of: ["gbdt"] },
  leaves: { section: "supervised", kind: "choice", of: ["gbdt"] },
  l2: { section: "supervised", kind: "logarithmic", of: ["gbdt"] },
  path_smooth: { section: "supervised", kind: "choice", of: ["gbdt"] },
  row_share: { section: "supervised", kind: "linear", of: ["gbdt"] },
  feature_share: { section: "supervised", kind: "linear", of: ["gbdt"] },
  inverse_penalty: { section: "supervised", kind: "logarithmic", of: ["logistic"] },
};

/** Settings by their dotted key, such as { "training.gamma": 0.99 }. */
export type Settings = Readonly<Record<string, ParamValue>>;

export type TuneSpace = {
  readonly space: SearchSpace;
  /** Settings with one value. */
  readonly fixed: Settings;
};

function keyOf(name: string): string {
  const { section, key = name } = TUNABLES[name as SpaceKeys];
  return `${section}.${key}`;
}

function isOf({ model: { learner } }: Config, { of }: Tunable): boolean {
  return learnsClassifier(learner) ? of?.includes(learner) === true : of === undefined;
}

function dimension(name: string, kind: Tunable["kind"], values: readonly ParamValue[]): DimensionSpec {
  const where = `search.space.${name}`;
  if (kind === "choice") {
    if (new Set(values).size === values.length) return { kind: "categorical", choices: values };
    throw configValueError(where, values, "a list without repetition");
  }
  const [low, high] = values as readonly number[];
  if (low < high) return { kind: "float", low, high, log: kind === "logarithmic" };
  throw configValueError(where, values, "two bounds, the lower one first");
}

/** Whether a flag or the environment decided a setting, so that it is not searched. */
function isDecided(config: Config, name: string): boolean {
  return config.overridden.has(keyOf(name)) && !config.overridden.has(`search.space.${name}`);
}

/** The space of the configuration. Settings that a flag decided are not in it. Throws CONFIG_VALUE. */
export function tuneSpace(config: Config): TuneSpace {
  const wanted: Readonly<Record<string, readonly ParamValue[]>> = config.resolved.search.space;
  const encoders =
    isDecided(config, "encoder") || wanted["encoder"].length === 0 ? [config.model.encoder] : wanted["encoder"];
  const space: Record<string, DimensionSpec> = {};
  const fixed: Record<string, ParamValue> = {};
  for (const [name, tunable] of Object.entries(TUNABLES)) {
    const { kind, only } = tunable;
    const values = wanted[name];
    const has = only === undefined || only.some((encoder) => encoders.includes(encoder));
    if (values.length === 0 || isDecided(config, name) || !has || !isOf(config, tunable)) continue;
    if (values.length === 1) fixed[keyOf(name)] = values[0];
    else space[name] = dimension(name, kind, values);
  }
  if (Object.keys(space).length > 0) return { space, fixed };
  throw new TidemarkError("CONFIG_VALUE", {
    what: "Nothing is searched: every setting has one value",
    where: "search.space",
    fix: "Give at least one setting bounds or choices, or leave its flag out.",
  });
}

/**
 * The settings as they stand, as a trial's parameters: tried first, so that a search never ends below them in validation.
 * Undefined where one of them lies outside the space.
 */
export function standingParams(config: Config, { space }: TuneSpace): Params | undefined {
  const { training, model, supervised } = config.resolved;
  const sections: Readonly<Record<Tunable["section"], Readonly<Record<string, unknown>>>> = {
    training,
    model,
    supervised,
  };
  const network: Readonly<Record<string, unknown>> = networkSettings(config);
  const params: Record<string, ParamValue> = {};
  for (const [name, spec] of Object.entries(space)) {
    const { section, key = name } = TUNABLES[name as SpaceKeys];
    const given = sections[section][key];
    // What the file leaves to the encoder, the encoder says.
    const value = (given ?? network[camelCase(name)]) as ParamValue;
    const inside =
      spec.kind === "categorical"
        ? spec.choices.includes(value)
        : typeof value === "number" && value >= spec.low && value <= spec.high;
    if (!inside) return undefined;
    params[name] = value;
  }
  return params;
}

/** The bars of history that the hungriest candidate of a space needs. */
export function historyBarsOf(config: Config, { space, fixed }: TuneSpace): number {
  if (learnsClassifier(config.model.learner)) return CLASSIFIER_HISTORY;
  const candidates = (name: string, otherwise: ParamValue): readonly ParamValue[] => {
    const searched = space[name];
    if (searched?.kind === "categorical") return searched.choices;
    return [fixed[keyOf(name)] ?? otherwise];
  };
  const needs = candidates("encoder", config.model.encoder).flatMap((encoder) =>
    candidates("window", config.model.window).map((window) => {
      const network = networkSettings(changedConfig(config, { "model.encoder": encoder, "model.window": window }));
      return Math.max(network.window - 1, network.warmup);
    }),
  );
  return Math.max(...needs);
}

/**
 * A trial's parameters as settings: those that its encoder has, with a rollout that everything fits into.
 * @param config that the search was begun with
 */
export function settingsOfTrial(config: Config, params: Params): Settings {
  const encoder = (params["encoder"] ?? config.model.encoder) as EncoderName;
  const mine = Object.entries(params).filter(([name]) => TUNABLES[name as SpaceKeys].only?.includes(encoder) ?? true);
  const settings = Object.fromEntries(mine.map(([name, value]) => [keyOf(name), value]));
  if (learnsClassifier(config.model.learner)) return settings;
  const { rollout, ...sizes } = ppoSettings(changedConfig(config, settings));
  const { accounts, stretches = accounts } = config.training;
  const fitting = fittingRollout(rollout, sizes, encoder !== "mlp", stretches, accounts);
  return "rollout" in params || fitting !== rollout ? { ...settings, "training.rollout": fitting } : settings;
}
