import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { canonicalJson, SimulatedClock } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { learnsClassifier } from "../../policy/index.ts";
import { openFeeds } from "../data/alternative-sources.ts";
import { fetchedRange, venueName } from "../data/history.ts";
import { instrumentKind } from "../data/import.ts";
import { alignment, configuredRange, configuredSymbols, syntheticSettings } from "../data/market.ts";
import { instrumentTerms } from "../data/terms.ts";
import { driftLooksOf } from "../promotion/drift-schedule.ts";
import { gateSettings } from "../promotion/promotion.ts";
import { replaysOf } from "../promotion/replay-schedule.ts";
import { retrainingsOf } from "../promotion/retrain-schedule.ts";
import { graceMs, paperExchange, stateFolder, tradeSettings } from "../trade/settings.ts";
import { classifierSettings } from "../training/classifier-settings.ts";
import { memberConfig, memberSeeds } from "../training/member-config.ts";
import { policySettings } from "../training/policy-settings.ts";
import { tuneSpace } from "../tune/space.ts";
import { trialSteps } from "../tune/trial.ts";
import { venueSettings } from "../venue/settings.ts";
import { backtestSettings, newestRows } from "./backtest.ts";
import { changedConfig } from "./changed.ts";
import { dataRoot, modelsFolder, reportsFolder, runsFolder } from "./folders.ts";
import { type SchemaNode, schemaAt, schemaKeys } from "./json-schema.ts";
import { type Config, loadConfig } from "./load.ts";
import { runSettings } from "./run.ts";
import { lostAfterMs, prunerSpec, samplerSpec, searchBudget, trialSettings } from "./search.ts";
import { trackingSettings } from "./tracking.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-effect-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/**
 * Everything that the use cases make of a configuration, by the functions that they themselves call. A key that changes
 * nothing in it is read by nobody.
 */
function resolvedOptions(config: Config): string {
  return canonicalJson({
    seed: config.seed ?? null,
    instruments: instrumentTerms(config),
    folders: [dataRoot(config), modelsFolder(config), runsFolder(config), reportsFolder(config)],
    market: [venueName(config), instrumentKind(config, {}), configuredSymbols(config), config.data.timeframe],
    range: [alignment(config), configuredRange(config), fetchedRange(config, Date.UTC(2031, 0))],
    synthetic: syntheticSettings(config),
    feeds: openFeeds({ environment: {}, clock: new SimulatedClock(0) }, config).map(({ feed }) => feed),
    policy: policySettings(config),
    run: [config.model.name, runSettings(config)],
    tracking: trackingSettings(config, {}),
    backtest: [backtestSettings(config), newestRows(config, { from: 0, to: 1_000_000 })],
    classifier: learnsClassifier(config.model.learner) ? classifierSettings(config) : null,
    // Loaded where a classifier is trained.
    base: config.supervised.baseModel ?? null,
    members: [memberSeeds(config, 1), memberConfig(config).model.learner],
    promotion: {
      ...gateSettings(config),
      // Read where a retraining begins.
      retrain: [retrainingsOf(config), config.promotion.retrainDivergence],
      drift: driftLooksOf(config),
      replay: replaysOf(config),
    },
    search: [
      samplerSpec(config),
      prunerSpec(config),
      searchBudget(config, 1),
      trialSettings(config),
      lostAfterMs(config),
    ],
    trade: [
      // Read where a session begins: whether it may be real, at which address, what it keeps, and who is told of it.
      [config.trade.live, config.trade.host, config.trade.metricsPort, config.trade.archiveDays],
      [config.trade.notify, config.trade.notifyEmailFrom, config.trade.notifyEmailTo],
      tradeSettings(config),
      graceMs(config),
      stateFolder(config),
      paperExchange(config, resolveExchangeConfig()),
    ],
    trial: [trialSteps(config), tuneSpace(config)],
    venue: { ...venueSettings(config), startMs: venueSettings(config).startMs ?? null },
  });
}

/** Where a setting acts only beside another one. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "training.learning_rate_end": { "training.learning_rate_schedule": "linear" },
  "training.clip_end": { "training.clip_schedule": "linear" },
  "features.set": { "features.list": [] },
  "model.window": { "model.encoder": "mlp" },
  "model.members": { "model.learner": "ensemble" },
  "model.member_learner": { "model.learner": "ensemble" },
  "supervised.base": { "supervised.label": "meta" },
  "supervised.base_fast": { "supervised.label": "meta" },
  "supervised.base_slow": { "supervised.label": "meta" },
  "search.grid_resolution": { "search.sampler": "grid" },
  ...Object.fromEntries(
    ["tree_rate", "leaves", "l2", "path_smooth", "row_share", "feature_share"].map((name) => [
      `search.space.${name}`,
      { "model.learner": "gbdt" },
    ]),
  ),
  "search.space.inverse_penalty": { "model.learner": "logistic" },
  "search.space.layers": { "search.space.encoder": ["transformer", "gru"] },
  "search.space.attention_window": { "search.space.encoder": ["transformer", "gru"] },
};
const PHASES = { "curriculum.phases": 1 };

/** Values that no rule makes up. */
const VALUES: Readonly<Record<string, unknown>> = {
  seed: 5,
  instruments: { BTCUSDT: { tick: 0.5 } },
  "data.venue": "kraken",
  "data.symbols": ["ACMEUSDT"],
  "data.timeframe": "1h",
  "data.from": "2030-07-04",
  "data.to": "2030-08-04",
  "data.currency": "EUR",
  "data.feeds": ["https://example.org/rss.xml"],
  "exchange.maintenance_margin_rate": 0.02,
  "features.set": "full",
  "features.list": ["rsi14"],
  "curriculum.plan": [{ name: "one", steps: 100 }],
  "tracking.mlflow_uri": "http://localhost:5000",
  "sizing.schedule": [[1, 0.5, 100]],
  "training.episode_bars": 512,
  "sizing.budget.ladder": [[10, 2]],
  "curriculum.total_steps": 50_000,
  "trade.sessions": ["asia"],
  "trade.live_classes": ["forex"],
  "trade.notify": ["webhook"],
  "trade.regimes": ["up"],
  "search.parallel": 3,
  "search.space.join_layers": [1, 3],
  "search.space.window": [1, 5],
  "venue.start": "2030-07-04",
  "venue.balance": "20000",
  "venue.faults": ["drop-push"],
  "model.layers": 3,
  "model.heads": 2,
  "search.space.encoder": ["mlp", "lstm"],
};

/** Another value than the default, within what the schema allows. */
function otherValue(key: string, node: SchemaNode, now: unknown): unknown {
  if (key in VALUES) return VALUES[key];
  if (node.enum !== undefined) return node.enum.find((choice) => choice !== now);
  switch (node.type ?? "") {
    case "boolean":
      return now !== true;
    case "string":
      return "other";
    case "array": {
      const [low, high] = [...(now as readonly number[])].sort((a, b) => a - b);
      return low === undefined ? [8, 16] : [low, (low + high) / (Number.isInteger(low) && low > 1 ? 1 : 2)];
    }
    default: {
      const number = typeof now === "number" ? now : 8;
      const near = node.type === "integer" ? [number + 1, number - 1] : [number * 0.5, number + 0.001, number - 0.001];
      const inside = (value: number): boolean =>
        value !== now &&
        value >= (node.minimum ?? Number.NEGATIVE_INFINITY) &&
        value <= (node.maximum ?? Number.POSITIVE_INFINITY) &&
        value > (node.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
        value < (node.exclusiveMaximum ?? Number.POSITIVE_INFINITY);
      return near.find(inside);
    }
  }
}

function valueAt(tables: unknown, key: string): unknown {
  return key.split(".").reduce((value, part) => (value as Record<string, unknown> | undefined)?.[part], tables);
}

const DEFAULTS = loadConfig({ path: undefined, workingFolder: FOLDER, overrides: [] });

describe("a key of the configuration", () => {
  it.each(schemaKeys())("%s does something", (key) => {
    const beside = {
      ...(key.startsWith("training.exploration") ? { "model.learner": "pqn" } : {}),
      ...(key.startsWith("supervised.") ? { "model.learner": "gbdt" } : {}),
      ...(key.startsWith("curriculum.") && key !== "curriculum.phases" ? PHASES : {}),
      ...BESIDE[key],
    };
    const base = changedConfig(DEFAULTS, beside);
    const node = schemaAt(key.split("."));
    const value = otherValue(key, node ?? {}, valueAt(base.resolved, key));
    expect(value, "a value to try").toBeDefined();
    const changed = changedConfig(base, { [key]: value });
    expect(resolvedOptions(changed), `${key} = ${JSON.stringify(value)}`).not.toBe(resolvedOptions(base));
  });
});
