/** @file A stage's record from a file, checked. */
import { z } from "zod";
import { readTextIfPresent, TidemarkError } from "../../core/index.ts";
import type { StageRecord } from "../../promotion/index.ts";

const finite = z.number();
const recordSchema = z.strictObject({
  fromMs: finite,
  toMs: finite,
  trades: z.array(
    z.strictObject({
      closedMs: finite,
      r: finite,
      profit: finite,
      approved: z.boolean(),
      costOverModelBps: finite.optional(),
    }),
  ),
  dailyReturns: z.array(finite.gt(-1)),
  drawdown: finite.min(0).max(1),
  bracket: z.strictObject({ stop: finite.gt(0), target: finite.gt(0) }).optional(),
  replayed: z.int().min(0),
  replayedEqual: z.int().min(0),
  errors: z.int().min(0),
  latencyP99Ms: finite.min(0).optional(),
  overChampion: z.array(finite).optional(),
});

/** Throws DATA_MISSING or DATA_FORMAT with the key that is wrong. */
export function readStageRecord(path: string): StageRecord {
  const text = readTextIfPresent(path);
  if (text === undefined) {
    throw new TidemarkError("DATA_MISSING", { what: "There is no such file", where: path, fix: "Check the path." });
  }
  const parsed = recordSchema.safeParse(jsonOf(text, path));
  if (parsed.success && parsed.data.replayedEqual <= parsed.data.replayed && parsed.data.toMs >= parsed.data.fromMs) {
    return parsed.data as StageRecord;
  }
  const issue = parsed.success ? undefined : parsed.error.issues[0];
  throw new TidemarkError("DATA_FORMAT", {
    what:
      issue === undefined ? "Its counts or times contradict each other" : `"${issue.path.join(".")}": ${issue.message}`,
    where: path,
    fix: "Export the record again.",
  });
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TidemarkError("DATA_FORMAT", {
      what: "The file is no JSON",
      where: path,
      fix: "Export the record again.",
    });
  }
}
