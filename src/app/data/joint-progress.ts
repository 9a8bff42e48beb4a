/** @file Several pieces of work side by side, shown as one. */
import type { Progress, ProgressListener } from "../../core/index.ts";

/** A listener for reports under many labels that tells their sum under one. */
export function jointProgress(label: string, listener: ProgressListener): ProgressListener {
  const parts = new Map<string, Progress>();
  return (progress) => {
    parts.set(progress.label, progress);
    let done = 0;
    let total = 0;
    for (const part of parts.values()) {
      done += part.done;
      total += part.total ?? 0;
    }
    listener({
      label,
      done,
      total,
      unit: progress.unit,
      ...(progress.figures === undefined ? {} : { figures: progress.figures }),
    });
  };
}
