/** @file Nested settings as dotted keys. */

export function flatten(value: unknown, prefix = ""): (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return prefix === "" ? [] : [[prefix, value]];
  return Object.entries(value).flatMap(([name, inner]) => flatten(inner, prefix === "" ? name : `${prefix}.${name}`));
}
