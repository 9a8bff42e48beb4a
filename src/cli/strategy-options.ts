/** @file The flags that name a rule or a strategy of one's own. */
import { Option } from "commander";
import { BASELINE_NAMES } from "../evaluate/index.ts";
import type { UnusedFlags } from "./verb.ts";

export function strategyOption(): Option {
  return new Option("--strategy <rule>", `${BASELINE_NAMES.join(", ")}, or a file such as ./my-strategy.ts`);
}

/** Gathers a flag that may be repeated. */
export function gathered(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Parameters without a strategy that has them. */
export function unusedParam({ strategy }: { readonly strategy?: string }): UnusedFlags {
  return strategy === undefined ? [["without --strategy", ["--param"]]] : [];
}

export function paramOption(): Option {
  return new Option("--param <name=number>", "a parameter of a strategy file; may be repeated").argParser(gathered);
}
