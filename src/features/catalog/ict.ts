/** @file Features of price zones and market structure. */
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { FairValueGaps } from "../ict/fair-value-gaps.ts";
import { OrderBlocks } from "../ict/order-blocks.ts";
import { MarketStructure } from "../ict/structure.ts";
import type { ZoneList } from "../ict/zones.ts";
import { share } from "../indicator.ts";
import { Atr } from "../indicators/atr.ts";
import { ATR_PERIOD } from "./scale.ts";

const feature = featuresOf(FeatureGroup.ict);
/** Since a still market has a yardstick, and comes to rest. */
const revised = featuresOf(FeatureGroup.ict, 2);
const ICT = "inner circle trader literature";
/** Bars after which zones, swings and breaks are forgotten. */
const MAX_AGE = 96;
/** Bars on each side of a swing point. */
const WING = 3;
/** Bars over which an event fades from 1 to 0. */
const FADE_BARS = 24;

/** side / (1 + distance in ATR): 1 or -1 inside the nearest zone, towards 0 with its distance, 0 without any zone. */
function proximity(zones: ZoneList, atr: Atr): number {
  if (zones.nearestDistance === 0) return zones.nearestSide;
  return zones.nearestSide / (1 + zones.nearestDistance / atr.unit);
}

/** Support zones minus resistance zones over all zones; 0 without any. */
function balance(zones: ZoneList): number {
  let sum = 0;
  for (let i = 0; i < zones.count; i++) sum += zones.sides[i];
  return share(sum, zones.count);
}

function faded(event: number, age: number): number {
  return age < FADE_BARS ? event * (1 - age / FADE_BARS) : 0;
}

export const ictFeatures: readonly FeatureDefinition[] = [
  revised(
    "fvg.proximity",
    [-1, 1],
    "Nearest open fair-value gap: 1 / (1 + distance in ATR), positive for a bullish gap, negative for a bearish one",
    ICT,
    (streams) => {
      const gaps = streams.use(FairValueGaps, MAX_AGE);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = proximity(gaps.zones, atr);
      };
    },
  ),
  revised(
    "fvg.size",
    [-20, 20],
    "Open height of the nearest fair-value gap in ATR of 14 bars, positive for a bullish gap, negative for a bearish one",
    ICT,
    (streams) => {
      const gaps = streams.use(FairValueGaps, MAX_AGE);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (gaps.zones.nearestSide * gaps.zones.nearestHeight) / atr.unit;
      };
    },
  ),
  feature("fvg.balance", [-1, 1], "Bullish minus bearish open fair-value gaps over all of them", ICT, (streams) => {
    const gaps = streams.use(FairValueGaps, MAX_AGE);
    return (out, at) => {
      out[at] = balance(gaps.zones);
    };
  }),
  revised(
    "orderblock.proximity",
    [-1, 1],
    "Nearest order block: 1 / (1 + distance in ATR), positive for a bullish block, negative for a bearish one",
    ICT,
    (streams) => {
      const blocks = streams.use(OrderBlocks, WING, MAX_AGE);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = proximity(blocks.zones, atr);
      };
    },
  ),
  feature("orderblock.balance", [-1, 1], "Bullish minus bearish order blocks over all of them", ICT, (streams) => {
    const blocks = streams.use(OrderBlocks, WING, MAX_AGE);
    return (out, at) => {
      out[at] = balance(blocks.zones);
    };
  }),
  feature(
    "structure.break",
    [-1, 1],
    "Last break of structure: 1 upwards, -1 downwards, fading over 24 bars",
    ICT,
    (streams) => {
      const structure = streams.use(MarketStructure, WING, MAX_AGE);
      return (out, at) => {
        out[at] = faded(structure.trend, structure.breakAge);
      };
    },
  ),
  feature("structure.trend", [-1, 1], "Direction of the last break of structure within 96 bars", ICT, (streams) => {
    const structure = streams.use(MarketStructure, WING, MAX_AGE);
    return (out, at) => {
      out[at] = structure.trend;
    };
  }),
  feature(
    "structure.sweep",
    [-1, 1],
    "Last liquidity sweep: 1 of a low (bullish), -1 of a high (bearish), fading over 24 bars",
    ICT,
    (streams) => {
      const structure = streams.use(MarketStructure, WING, MAX_AGE);
      return (out, at) => {
        out[at] = faded(structure.lastSweep, structure.sweepAge);
      };
    },
  ),
];
