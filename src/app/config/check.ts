/**
 * @file What the schema of the file can't know: settings that must fit to each other, names of features, sizes of a network.
 * Told right after loading, before any data is read, by the keys of the file and the lines on which they stand.
 */
import { parseTimeframe, TidemarkError, timeframeMs } from "../../core/index.ts";
import { describeFeatures } from "../../features/index.ts";
import { checkPpoSizes } from "../../learn/index.ts";
import { camelCase } from "./camel.ts";
import { decisionSettings } from "./decision.ts";
import { featureSelection } from "./feature-selection.ts";
import { schemaKeys } from "./json-schema.ts";
import { networkSettings, phasesSettings, ppoSettings } from "./learning.ts";
import type { Config } from "./load.ts";
import { type Problem, placeOf, problemsError } from "./problems.ts";

type Part = "decision" | "features" | "training" | "rule";

const CHECKS: Readonly<Record<Part, ReadonlyArray<(config: Config) => void>>> = {
  decision: [(config) => void decisionSettings(config)],
  features: [
    (config) => void describeFeatures(featureSelection(config), timeframeMs(parseTimeframe(config.data.timeframe))),
  ],
  training: [
    (config) => void networkSettings(config),
    requireGroups,
    requireSizes,
    requireSegments,
    requireOwnStretches,
    (config) => void phasesSettings(config),
  ],
  rule: [requireCross],
};

function requireGroups({ training: { accounts, stretches = accounts } }: Config): void {
  if (accounts % stretches === 0) return;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `training.accounts (${accounts}) must be a multiple of training.stretches (${stretches})`,
    where: "training.accounts",
    fix: `Use training.accounts = ${Math.ceil(accounts / stretches) * stretches}.`,
  });
}

function requireSizes(config: Config): void {
  const { accounts, stretches = config.training.accounts } = config.training;
  // Without whole groups there is no size to be judged, and that has been told.
  if (accounts % stretches !== 0) return;
  checkPpoSizes(ppoSettings(config), stretches, accounts / stretches, hasMemory(config));
}

function requireSegments(config: Config): void {
  const { episodeBars, segment } = config.training;
  if (episodeBars === undefined || !hasMemory(config) || episodeBars % segment === 0 || config.curriculum.phases > 0)
    return;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `training.episode_bars (${episodeBars}) must be a multiple of training.segment (${segment})`,
    where: "training.episode_bars",
    fix: `Use training.episode_bars = ${Math.ceil(episodeBars / segment) * segment}.`,
  });
}

function requireOwnStretches({ model, training: { accounts, stretches = accounts } }: Config): void {
  if (model.remember === "market" || stretches === accounts || accounts % stretches !== 0) return;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `A memory of all that is seen can't be shared, and ${accounts / stretches} accounts live on each stretch`,
    where: "training.stretches",
    fix: 'Leave training.stretches out, or use model.remember = "market".',
  });
}

function hasMemory({ model }: Config): boolean {
  return model.encoder !== "mlp";
}

function requireCross(config: Config): void {
  const { fast, slow } = config.backtest;
  if (fast < slow) return;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `backtest.fast (${fast}) must be below backtest.slow (${slow})`,
    where: "backtest.fast",
    fix: `Use a slow average of ${fast + 1} bars or more, such as ${3 * fast}.`,
  });
}

/** Throws CONFIG_VALUE or CONFIG_UNKNOWN_KEY for the first thing that is wrong, the others named with it. */
export function checkConfig(config: Config, ...parts: readonly Part[]): void {
  const problems = parts.flatMap((part) => CHECKS[part]).flatMap((check) => problemOf(config, check));
  if (problems.length > 0) throw problemsError(problems);
}

function problemOf(config: Config, check: (config: Config) => void): Problem[] {
  try {
    check(config);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    const { code, what, where = "", fix = "" } = thrown;
    if (code !== "CONFIG_VALUE" && code !== "CONFIG_UNKNOWN_KEY") throw thrown;
    const selection = config.features.list.length > 0 ? "features.list" : "features.set";
    const key = keyIn(inFileKeys(where)) ?? keyIn(inFileKeys(what)) ?? (where === "features" ? selection : where);
    const place = placeOf(key.split("."), config.source);
    return [{ code, what: inFileKeys(what), fix: inFileKeys(fix), ...place }];
  }
}

/** The most exact key of the file in a text. */
function keyIn(text: string): string | undefined {
  return schemaKeys()
    .filter((key) => key.includes(".") && text.includes(key))
    .sort((a, b) => b.length - a.length)
    .at(0);
}

/** "exchange.slippageModel" and "hiddenSize" as "exchange.slippage_model" and "model.hidden_size". */
function inFileKeys(text: string): string {
  return schemaKeys().reduce((told, key) => {
    const [section, ...rest] = key.split(".");
    const name = camelCase(rest.join("."));
    const withSection = told.replaceAll(new RegExp(`\\b${section}\\.${name}\\b`, "g"), key);
    const unmistakable = /[A-Z]/.test(name) && OWNERS.has(section);
    return unmistakable ? withSection.replaceAll(new RegExp(`(?<![.\\w])${name}\\b`, "g"), key) : withSection;
  }, text);
}

/** Sections whose rooms name a setting without it. */
const OWNERS = new Set(["model", "training"]);
