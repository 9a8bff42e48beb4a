/** @file A training market drawn as a phase asks for it. */
import type { Random } from "../../../core/index.ts";
import type { MarketTape } from "../../../market/index.ts";
import type { AugmentationSettings } from "../settings.ts";
import { flipMarket } from "./flip.ts";
import { permuteSymbols, randomOrder } from "./permute.ts";
import { randomPriceFactors, scalePrices } from "./price-scale.ts";
import { randomSegmentOrder, shuffleSegments } from "./shuffle.ts";

/** What was done to a tape, for the run's record. */
export type AugmentedTape = {
  /** The given tape itself where nothing was done. */
  readonly tape: MarketTape;
  readonly applied: ReadonlyArray<"shuffle" | "flip" | "permute" | "scale">;
};

/**
 * One draw. The same tape, settings and state of the generator give the same market; every draw takes the same steps of
 * the generator's forks, so that one setting does not change the luck of another.
 *
 * For the training range only: a changed market is never what a policy is chosen or judged by.
 */
export function augmentTape(tape: MarketTape, settings: AugmentationSettings, random: Random): AugmentedTape {
  const draw = new Map(
    (["shuffle", "flip", "permute", "scale"] as const).map((name) => [name, random.fork(name)] as const),
  );
  random.uint32();
  const applied: Array<AugmentedTape["applied"][number]> = [];
  let drawn = tape;
  const wanted = (name: AugmentedTape["applied"][number], probability: number): Random | undefined => {
    const own = draw.get(name);
    if (own === undefined || own.uniform() >= probability) return undefined;
    applied.push(name);
    return own;
  };
  const shuffle = tape.bars >= 2 * settings.shuffleBars ? wanted("shuffle", settings.shuffleProbability) : undefined;
  if (shuffle !== undefined) {
    const order = randomSegmentOrder(drawn, settings.shuffleBars, shuffle);
    drawn = shuffleSegments(drawn, settings.shuffleBars, order);
  }
  if (wanted("flip", settings.flipProbability) !== undefined) drawn = flipMarket(drawn);
  const permute = tape.symbols > 1 ? wanted("permute", settings.permuteProbability) : undefined;
  if (permute !== undefined) drawn = permuteSymbols(drawn, randomOrder(tape.symbols, permute));
  const scale = wanted("scale", settings.priceScale > 0 ? 1 : 0);
  if (scale !== undefined) drawn = scalePrices(drawn, randomPriceFactors(tape.symbols, settings.priceScale, scale));
  return { tape: drawn, applied };
}
