/** @file Nested settings as one flat list of names and values, in the order they were given. */
import type { ConfigRecord, ConfigValue } from "./tracker.ts";

export type FlatValue = string | number | boolean;

/**
 * `{ ppo: { clip: 0.2 } }` becomes `"ppo.clip" → 0.2`. Lists become text with commas. What is not set is left out, so
 * that "not set" and the text "undefined" can't be mistaken for each other.
 */
export function flattenConfig(config: ConfigRecord): Map<string, FlatValue> {
  const flat = new Map<string, FlatValue>();
  addRecord(flat, "", config);
  return flat;
}

function addRecord(flat: Map<string, FlatValue>, prefix: string, record: ConfigRecord): void {
  for (const [key, value] of Object.entries(record)) add(flat, `${prefix}${key}`, value);
}

function add(flat: Map<string, FlatValue>, name: string, value: ConfigValue): void {
  if (value === undefined || value === null) return;
  if (isList(value)) {
    flat.set(name, value.map(listItem).join(", "));
  } else if (typeof value === "object") {
    addRecord(flat, `${name}.`, value);
  } else {
    flat.set(name, value);
  }
}

function isList(value: ConfigValue): value is readonly ConfigValue[] {
  return Array.isArray(value);
}

function listItem(item: ConfigValue): string {
  return typeof item === "string" ? item : (JSON.stringify(item) ?? "");
}
