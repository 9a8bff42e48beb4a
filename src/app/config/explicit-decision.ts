/** @file What the configuration says explicitly of exchange, sizing and risk, laid over the settings that something has of its own. */
import { baselineConfig } from "../../evaluate/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { camelCase } from "./camel.ts";
import { decisionSettings } from "./decision.ts";
import type { Config } from "./load.ts";

export type ExplicitDecision = {
  readonly decision: DecisionConfig;
  /** Dotted keys that differ from `own`. */
  readonly changed: readonly string[];
};

/** `own` where the configuration leaves its default; a key that `own` does not have is the configuration's. */
export function explicitOver(config: Config, own: DecisionConfig): ExplicitDecision {
  const explicit = [...config.explicit].map((path) => path.split(".").map(camelCase).join("."));
  const changed: string[] = [];
  const merged = Object.entries(decisionSettings(config)).map(([section, values]) => {
    const known: Record<string, unknown> = { ...own[section as keyof DecisionConfig] };
    const entries = Object.entries(values).map(([key, value]) => {
      const path = `${section}.${key}`;
      const decided = explicit.some((set) => set === path || set.startsWith(`${path}.`));
      if (!(key in known) || JSON.stringify(known[key]) === JSON.stringify(value)) return [key, value] as const;
      if (decided) changed.push(path);
      return [key, decided ? value : known[key]] as const;
    });
    return [section, Object.fromEntries(entries)] as const;
  });
  // Both sides were resolved, so that the mixture has every key with a value of its kind.
  return { decision: Object.fromEntries(merged) as DecisionConfig, changed };
}

/**
 * The settings of a rule, or of a policy from elsewhere: all of equity over its symbols, no leverage, no limits, with what
 * the configuration says explicitly; in a backtest as in a session.
 */
export function ruleDecision(config: Config): DecisionConfig {
  return explicitOver(config, baselineConfig(decisionSettings(config))).decision;
}
