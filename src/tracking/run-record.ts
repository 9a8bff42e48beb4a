/** @file The lines of a run's record, and reading them back. */
import { readTextIfPresent, TidemarkError } from "../core/index.ts";
import type { Spread } from "./histogram.ts";
import type { ConfigRecord, RunStatus } from "./tracker.ts";

export type RunRecord = { readonly timeMs: number } & (
  | { readonly kind: "config"; readonly params: ConfigRecord; readonly tags: Readonly<Record<string, string>> }
  | { readonly kind: "scalars"; readonly step: number; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: "histogram"; readonly step: number; readonly name: string; readonly spread: Spread }
  | { readonly kind: "text"; readonly name: string; readonly markdown: string }
  /** The run went on from a checkpoint at `step`. */
  | { readonly kind: "continued"; readonly step: number }
  | { readonly kind: "finish"; readonly status: RunStatus }
);

const KINDS: ReadonlySet<unknown> = new Set<RunRecord["kind"]>([
  "config",
  "scalars",
  "histogram",
  "text",
  "continued",
  "finish",
]);

/** JSON has no numbers that are not finite: they are written as the texts that `Number` reads. */
export function numberText(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/**
 * The records of a run in order, without those that a continued run has overtaken. A torn last line is left out.
 * Throws DATA_MISSING where there is no file, DATA_FORMAT where a line is not a record.
 */
export function readRunRecords(path: string): RunRecord[] {
  let records: RunRecord[] = [];
  for (const record of runRecords(path)) {
    if (record.kind === "continued") {
      records = records.filter((earlier) => !("step" in earlier) || earlier.step <= record.step);
    }
    records.push(record);
  }
  return records;
}

/** Every record as it was written: one of kind "continued" takes back those of later steps before it. Throws as above. */
export function* runRecords(path: string): Iterable<RunRecord> {
  const text = readTextIfPresent(path);
  if (text === undefined) {
    throw new TidemarkError("DATA_MISSING", {
      what: "The run has no record",
      where: path,
      fix: "Name the folder of a training run.",
    });
  }
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  for (const [i, line] of lines.entries()) if (line !== "") yield parseRecord(line, `${path}:${i + 1}`);
}

function parseRecord(line: string, where: string): RunRecord {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (thrown) {
    throw badLine(where, thrown);
  }
  if (typeof json !== "object" || json === null || !("kind" in json) || !KINDS.has(json.kind)) throw badLine(where);
  // The kind says which writer the line is from.
  const parsed = json as RunRecord;
  if (parsed.kind !== "scalars") return parsed;
  const told: ReadonlyArray<[name: string, value: unknown]> = Object.entries(parsed.values);
  return { ...parsed, values: Object.fromEntries(told.map(([name, value]) => [name, Number(value)])) };
}

function badLine(where: string, cause?: unknown): TidemarkError {
  return new TidemarkError("DATA_FORMAT", {
    what: "The line is not a record of a run",
    where,
    fix: "Remove the line, or name another run.",
    cause,
  });
}
