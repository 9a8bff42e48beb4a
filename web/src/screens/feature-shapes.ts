/** @file What a drift result tells of each feature, read with care: older ones have nothing of it. */

export type FeatureShape = {
  readonly name: string;
  /** Shares of the bins; the outer two hold what lies beyond the edges. */
  readonly trained: readonly number[];
  readonly since: readonly number[];
  readonly meanSince: number | null;
  readonly moved: number | null;
  readonly newest: readonly { readonly symbol: string; readonly value: number }[];
  /** The other feature that it goes with most. */
  readonly twin: { readonly name: string; readonly correlation: number } | null;
};

export type FeatureShapes = {
  readonly edges: readonly number[];
  readonly features: readonly FeatureShape[];
  readonly correlations: readonly (readonly (number | null)[])[];
};

type Bag = Readonly<Record<string, unknown>>;

function bagOf(value: unknown): Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Bag) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function numbersOf(value: unknown): number[] {
  return listOf(value).map((one) => numberOf(one) ?? 0);
}

/** Undefined where the result tells nothing of shapes. */
export function shapesOf(result: unknown): FeatureShapes | undefined {
  const shapes = bagOf(bagOf(result)["shapes"]);
  const rows = listOf(shapes["features"]).map(bagOf);
  if (rows.length === 0) return undefined;
  const names = rows.map((row) => String(row["name"]));
  const correlations = listOf(shapes["correlations"]).map((row) => listOf(row).map(numberOf));
  return {
    edges: numbersOf(shapes["edges"]),
    correlations,
    features: rows.map((row, at) => ({
      name: names[at],
      trained: numbersOf(row["trained"]),
      since: numbersOf(row["since"]),
      meanSince: numberOf(row["meanSince"]),
      moved: numberOf(row["moved"]),
      newest: listOf(row["newest"])
        .map(bagOf)
        .map(({ symbol, value }) => ({ symbol: String(symbol), value: numberOf(value) ?? 0 })),
      twin: twinOf(at, names, correlations[at] ?? []),
    })),
  };
}

function twinOf(at: number, names: readonly string[], row: readonly (number | null)[]): FeatureShape["twin"] {
  let best: FeatureShape["twin"] = null;
  for (const [other, correlation] of row.entries()) {
    if (other === at || correlation === null) continue;
    if (best === null || Math.abs(correlation) > Math.abs(best.correlation)) best = { name: names[other], correlation };
  }
  return best;
}

/** As credit scoring reads a population stability index; bars of a market wander, so that it alone is no verdict. */
export function movedWord(moved: number | null): "as it was" | "somewhat" | "much" | "–" {
  if (moved === null) return "–";
  return moved < 0.1 ? "as it was" : moved < 0.25 ? "somewhat" : "much";
}
