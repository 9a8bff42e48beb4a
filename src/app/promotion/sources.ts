/** @file Whether the alternative data that a model reads can carry it to the next stage. */
import { TidemarkError } from "../../core/index.ts";
import { selectionSeries } from "../../features/index.ts";
import { AlternativeStore, joinedSeries, readSeries, sourceTerms, unpromotable } from "../../market/index.ts";
import { type ModelManifest, manifestInstruments, selectionOf } from "../../policy/index.ts";
import type { Stage } from "../../promotion/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";

/**
 * Throws SOURCE_UNPROMOTABLE where a series was revised after it was published and nobody recorded it as it came: what was tested
 * on it was not known then. Where money is to be traded, also for series whose terms forbid that.
 */
export async function requirePromotableSources(config: Config, manifest: ModelManifest, to: Stage): Promise<void> {
  const ids = selectionSeries(selectionOf(manifest));
  if (ids.length === 0) return;
  const where = `${manifest.name}/${manifest.version}`;
  const series = await readSeries(new AlternativeStore(dataRoot(config)), ids, manifestInstruments(manifest));
  const reason = unpromotable(series.map(joinedSeries));
  if (reason !== undefined) {
    throw new TidemarkError("SOURCE_UNPROMOTABLE", {
      what: `The model reads ${reason}`,
      where,
      fix: "Record these series as they are published and judge the model on what was recorded, or train without them.",
    });
  }
  if (to !== "canary" && to !== "live") return;
  const forbidden = series.filter(({ spec }) => sourceTerms(spec.source).nonCommercial).map(({ spec }) => spec.id);
  if (forbidden.length === 0) return;
  throw new TidemarkError("SOURCE_UNPROMOTABLE", {
    what: `The model reads ${forbidden.join(", ")}, whose terms allow no commercial use, and the stage "${to}" trades money`,
    where,
    fix: "Leave it on paper, or train without these series.",
  });
}
