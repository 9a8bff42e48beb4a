/** @file A trained model for a tape that grows: features row by row, by the pipeline that trains. */
import { openPolicy, type PolicyModel, selectionOf } from "../../policy/index.ts";
import { LiveRows, type LiveTape } from "../../trade/index.ts";

/** Rows that a model's memory and windows may look back on. */
const KEPT_ROWS = 8_192;

export function livePolicy(model: PolicyModel, live: LiveTape) {
  const { manifest } = model;
  const rows = new LiveRows(selectionOf(manifest), manifest.normalizer, live.tape, KEPT_ROWS);
  return { policy: openPolicy(model, rows), rows };
}
