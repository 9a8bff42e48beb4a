/** @file A configuration with some of its values replaced, as if flags had set them. */
import { type Config, configOf, dropList } from "./load.ts";
import { configProblems } from "./problems.ts";
import { configSchema } from "./schema.ts";

/** A value of nested tables by its dotted key; undefined where there is none. */
export function valueAt(tables: unknown, key: string): unknown {
  return key.split(".").reduce((value, part) => (value as Record<string, unknown> | undefined)?.[part], tables);
}

/**
 * @param changes values by dotted key; what is undefined is left out of the file's table
 * @throws CONFIG_VALUE where one is not allowed
 */
export function changedConfig(config: Config, changes: Readonly<Record<string, unknown>>): Config {
  const tables: Record<string, unknown> = structuredClone(config.resolved);
  for (const [key, value] of Object.entries(changes)) {
    const parts = key.split(".");
    const name = parts.pop() ?? key;
    let table = tables;
    for (const part of parts) table = table[part] as Record<string, unknown>;
    if (value === undefined) delete table[name];
    else table[name] = value;
  }
  dropList(tables, Object.keys(changes));
  const parsed = configSchema.safeParse(tables);
  if (!parsed.success) throw configProblems(parsed.error.issues, tables, config.source);
  const { file, folder, overridden, explicit, source } = config;
  const keys = Object.keys(changes);
  return {
    ...configOf(parsed.data, folder),
    file,
    source,
    overridden: new Set([...overridden, ...keys]),
    explicit: new Set([...explicit, ...keys]),
  };
}
