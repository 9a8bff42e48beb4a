/** @file What is known of a set beside its bars: what the check found, and rows of its files in which nothing was traded. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ensureFolder, readTextIfPresent, writeFileAtomic } from "../../core/index.ts";
import { FindingKind, type QualityReport, Verdict } from "../quality/report.ts";
import { type SetKey, setFolder } from "./paths.ts";

export type SetFindings = {
  /** Of the set as a whole, when it was last written or checked. */
  readonly report?: QualityReport;
  /** Times at which its files say that nothing was traded. */
  readonly emptyRows?: number;
};

const schema = z.object({
  schema: z.literal(1),
  emptyRows: z.number().optional(),
  report: z
    .looseObject({
      timeframe: z.string(),
      bars: z.number(),
      firstMs: z.number(),
      lastMs: z.number(),
      missingBars: z.number(),
      verdict: z.enum(Verdict),
      findings: z.array(
        z.looseObject({
          kind: z.enum(FindingKind),
          severity: z.enum(["error", "warning"]),
          count: z.number(),
          examples: z.array(z.object({ row: z.number(), tsMs: z.number(), detail: z.string() })),
        }),
      ),
    })
    .optional(),
});

function findingsFile(root: string, key: SetKey): string {
  return join(setFolder(root, key), "findings.json");
}

/** What is kept of a set, or undefined where nothing is, or nothing that can be understood: it is made again by a check. */
export function readFindings(root: string, key: SetKey): SetFindings | undefined {
  const text = readTextIfPresent(findingsFile(root, key));
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text)) as unknown as SetFindings;
  } catch {
    return undefined;
  }
}

/** Adds to what is kept of a set; a set without bars has nothing kept. */
export function writeFindings(root: string, key: SetKey, findings: SetFindings): void {
  if (!existsSync(setFolder(root, key))) return;
  const next = { schema: 1, ...readFindings(root, key), ...findings };
  ensureFolder(setFolder(root, key));
  writeFileAtomic(findingsFile(root, key), `${JSON.stringify(next, null, 2)}\n`);
}

/** Findings that a user of the set should hear of again, each in one sentence. */
export function findingNotes(report: QualityReport): string[] {
  return report.findings
    .filter(({ kind }) => !ORDINARY.has(kind))
    .map(
      ({ kind, count, examples }) =>
        `${kind}: ${count}${examples.length === 0 ? "" : `, the first ${examples[0].detail}`}`,
    );
}

/** What every real market has. */
const ORDINARY: ReadonlySet<FindingKind> = new Set([FindingKind.gap, FindingKind.zeroVolume]);
