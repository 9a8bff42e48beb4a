/** @file What a check's result says in plain facts. */
import { figure } from "../lib/format.ts";

/** Plain facts of a result: what is nested deeper stays with the job. */
export function plainFacts(result: unknown): (readonly [string, string])[] {
  if (typeof result !== "object" || result === null || Array.isArray(result)) return [];
  return Object.entries(result).flatMap(([name, value]): (readonly [string, string])[] => {
    if (typeof value === "number") return [[name, figure(value)]];
    if (typeof value === "string" || typeof value === "boolean") return [[name, String(value)]];
    return Array.isArray(value)
      ? [
          [
            name,
            value.every((one) => typeof one === "string") && value.length > 0 ? value.join("; ") : `${value.length}`,
          ],
        ]
      : [];
  });
}
