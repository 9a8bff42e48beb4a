/** @file What a continued training keeps of how its model reads the market. */
import { TidemarkError } from "../../core/index.ts";
import type { Normalizer } from "../../features/index.ts";
import type { ModelManifest } from "../../policy/index.ts";
import type { StartingPoint } from "./options.ts";

/**
 * The normalizer that a continued training reads its features by: that of the model for the symbols that it knows, so that
 * the policy goes on seeing what it learned to read, the freshly fitted one for symbols that are new. Throws MODEL_MISMATCH
 * where the features are others.
 */
export function carriedNormalizer(
  { manifest, from }: StartingPoint,
  names: readonly string[],
  fitted: Normalizer,
): Normalizer {
  requireFeatures(manifest, names, from);
  const { normalizer: known } = manifest;
  const width = names.length;
  const cells = (pick: (one: Pick<Normalizer, "mean" | "std">) => readonly number[]): number[] =>
    fitted.symbols.flatMap((symbol, s) => {
      const at = known.symbols.indexOf(symbol);
      return at < 0 ? pick(fitted).slice(s * width, (s + 1) * width) : pick(known).slice(at * width, (at + 1) * width);
    });
  const allKnown = fitted.symbols.every((symbol) => known.symbols.includes(symbol));
  return {
    ...fitted,
    mean: cells(({ mean }) => mean),
    std: cells(({ std }) => std),
    clip: known.clip,
    fittedFromMs: allKnown ? known.fittedFromMs : Math.min(known.fittedFromMs, fitted.fittedFromMs),
    fittedToMs: allKnown ? known.fittedToMs : Math.max(known.fittedToMs, fitted.fittedToMs),
  };
}

/** Throws MODEL_MISMATCH. */
export function requireFeatures(manifest: ModelManifest, names: readonly string[], from: string): void {
  if (manifest.features.names.join() === names.join()) return;
  throw new TidemarkError("MODEL_MISMATCH", {
    what: `The model sees ${manifest.features.names.length} features, the training ${names.length} others`,
    where: from,
    fix: "Go on with the features that the model was trained with: leave --features out.",
  });
}
