/** @file Features of price zones and market structure. */
import { type FeatureDefinition, FeatureGroup } from "../definition.ts";
import { FairValueGaps } from "../ict/fair-value-gaps.ts";
import { OrderBlocks } from "../ict/order-blocks.ts";
import type { ZoneList } from "../ict/zones.ts";
import { Atr } from "../indicators/atr.ts";

const group = FeatureGroup.ict;
const version = 1;
const source = "inner circle trader literature";
const ATR_PERIOD = 14;
/** Bars after which zones, swings and breaks are forgotten. */
const MAX_AGE = 96;
/** Bars on each side of a swing point. */
const WING = 3;

/** side / (1 + distance in ATR): 1 or -1 inside the nearest zone, towards 0 with its distance, 0 without any zone. */
function proximity(zones: ZoneList, atr: Atr): number {
  if (zones.nearestDistance === 0) return zones.nearestSide;
  return atr.value > 0 ? zones.nearestSide / (1 + zones.nearestDistance / atr.value) : 0;
}

export const ictFeatures: readonly FeatureDefinition[] = [
  {
    pattern: "fvg.proximity",
    group,
    version,
    description:
      "Nearest open fair-value gap: 1 / (1 + distance in ATR), positive for a bullish gap, negative for a bearish one, 0 without a gap",
    source,
    range: [-1, 1],
    build: (streams) => {
      const gaps = streams.use(FairValueGaps, MAX_AGE);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = proximity(gaps.zones, atr);
      };
    },
  },
  {
    pattern: "orderblock.proximity",
    group,
    version,
    description:
      "Nearest order block: 1 / (1 + distance in ATR), positive for a bullish block, negative for a bearish one, 0 without a block",
    source,
    range: [-1, 1],
    build: (streams) => {
      const blocks = streams.use(OrderBlocks, WING, MAX_AGE);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = proximity(blocks.zones, atr);
      };
    },
  },
];
