/** @file Training with what a search has found: its settings, and what flags had decided when it was begun. */
import { changedConfig, valueAt } from "../config/changed.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { loadSearchResult, type SearchResult } from "./result.ts";

/** Sections that say what is learned, from which market, and under which rules. */
const SECTIONS = new Set([
  "backtest",
  "data",
  "exchange",
  "features",
  "instruments",
  "model",
  "risk",
  "sizing",
  "splits",
  "supervised",
  "training",
]);
/** Where things lie and how long one waits for them is of whoever trains. */
const FREE = new Set(["data.root", "model.name", "training.time_limit_minutes"]);

/** What flags and the environment decided for a search, by dotted key: its settings were found with them. */
export function askedSettings({ overridden, resolved }: Config): Readonly<Record<string, unknown>> {
  const keys = [...overridden].filter((key) => SECTIONS.has(key.split(".")[0]) && !FREE.has(key));
  return Object.fromEntries(keys.map((key) => [key, valueAt(resolved, key)]));
}

/**
 * The configuration for a training with the best settings of a search, on the market and with the network that the search
 * was asked for; a flag of now wins over both. Throws STUDY_MISSING or STUDY_WITHOUT_RESULT.
 * @param name of the search; the newest of the model where true
 */
export async function tunedConfig(
  context: AppContext,
  given: Config,
  name: string | true,
): Promise<{ readonly config: Config; readonly found: SearchResult }> {
  const found = await loadSearchResult(given, name === true ? undefined : name);
  const open = (settings: Readonly<Record<string, unknown>>): Array<readonly [string, unknown]> =>
    Object.entries(settings).filter(([key]) => !given.overridden.has(key));
  const settings = open(found.settings);
  const asked = open(found.kept.asked).filter(([key]) => found.settings[key] === undefined);
  context.note(`Trial ${found.best.number} of the search ${found.kept.name}: ${told(settings)}`);
  if (asked.length > 0) context.note(`As that search was asked: ${told(asked)}`);
  return { config: changedConfig(given, Object.fromEntries([...asked, ...settings])), found };
}

function told(settings: ReadonlyArray<readonly [string, unknown]>): string {
  return settings.map(([key, value]) => `${key} ${String(value)}`).join(", ");
}
