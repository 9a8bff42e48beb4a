/** @file A rule by what a user calls it: one that is built in, or a strategy in a file, with its parameters. */
import { nearestName, TidemarkError } from "../../core/index.ts";
import { BASELINE_NAMES, type BaselineName, baselinePolicy } from "../../evaluate/index.ts";
import { type ParameterValues, type Policy, type Strategy, StrategyPolicy } from "../../policy/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { isStrategyFile, loadStrategy } from "./load.ts";

export type Rule = {
  readonly name: string;
  /** Of a file. */
  readonly strategy?: Strategy;
  /** Parameters of a file that were given. */
  readonly values?: ParameterValues;
  /** A fresh policy with no memory of another run. */
  readonly policy: (values?: ParameterValues) => Policy;
};

export type RuleOptions = {
  /** "sma-cross", or the path of a file. */
  readonly strategy: string;
  /** "name=value" of a file's parameters. */
  readonly param?: readonly string[];
  readonly longOnly?: boolean;
};

/** Throws USAGE_ARGUMENT. */
export async function openRule(context: AppContext, config: Config, options: RuleOptions): Promise<Rule> {
  const { strategy: given, param = [] } = options;
  if (isStrategyFile(given)) {
    const strategy = await loadStrategy(given, context.folder);
    const values = parameters(param);
    const policy = (more: ParameterValues = {}): Policy => new StrategyPolicy(strategy, { ...values, ...more });
    return { name: policy().name, strategy, values, policy };
  }
  if (!isBaseline(given)) {
    const near = nearestName(given, BASELINE_NAMES);
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${given}" is not a rule`,
      where: "--strategy",
      fix: `${near === undefined ? "" : `Did you mean "${near}"? `}There are ${BASELINE_NAMES.join(", ")}, or the path of a file such as ./my-strategy.ts.`,
    });
  }
  if (param.length > 0) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `${given} takes no --param`,
      fix: "Use --fast and --slow for sma-cross; parameters belong to strategies in files.",
    });
  }
  const { fast, slow } = config.backtest;
  const smaCross = { fast, slow, longOnly: options.longOnly === true };
  const policy = (): Policy => baselinePolicy(given, config.seed ?? 0, { smaCross });
  return { name: policy().name, policy };
}

function isBaseline(text: string): text is BaselineName {
  return (BASELINE_NAMES as readonly string[]).includes(text);
}

function parameters(texts: readonly string[]): ParameterValues {
  return Object.fromEntries(
    texts.map((text) => {
      const [name, value] = text.split("=");
      const number = Number(value);
      if (name !== undefined && name !== "" && value !== undefined && value !== "" && Number.isFinite(number)) {
        return [name.trim(), number];
      }
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `"${text}" is not a parameter with a number`,
        where: "--param",
        fix: "Write it as NAME=NUMBER, such as bars=48.",
      });
    }),
  );
}
