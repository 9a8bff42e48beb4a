/**
 * @file A page of contracts as long and as odd as a real one: prices from a hundred-millionth to a hundred thousand, ticks
 * that are powers of ten or halves of them, lots from a thousandth to a hundred thousand, minimum orders of several lots.
 * The contracts are made up from a seed; their shape follows what a real list of linear perpetuals looks like.
 */
import { defaultInstrument, Random } from "../../core/index.ts";
import { type Listing, listingOf } from "./core/listing.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** Ticks and lots in units of a power of ten, with how often they are met. */
const GRAINS = ["1", "1", "1", "1", "5", "2"];

/** `count` contracts with different symbols. Example: "QKA17USDT", price near 0.000213, tick 0.0000005, lots of 100. */
export function instrumentsPage(seed: number, count: number): Listing[] {
  const random = new Random(seed).fork("instruments");
  return Array.from({ length: count }, (_, i) => contract(random, i));
}

function contract(random: Random, index: number): Listing {
  // Cheap coins are many, dear ones few.
  const magnitude = Math.floor(-8 + 13 * Math.min(1, Math.abs(random.normal()) / 2.2 + 0.25 * random.uniform()));
  const price = 10 ** magnitude * (1 + 9 * random.uniform());
  const digits = 3 + random.below(3);
  const tickSize = grain(random, magnitude - digits);
  // A lot is worth some thousandths to some units of the quote coin.
  const lotStep = grain(random, Math.max(-3, Math.round(-magnitude - 2 + 2 * random.uniform())));
  const minLots = [1, 1, 1, 1, 2, 5, 10][random.below(7)];
  const tick = Number(tickSize);
  const step = Number(lotStep);
  const name = Array.from({ length: 3 }, () => LETTERS[random.below(LETTERS.length)]).join("");
  const maxLots = Math.max(1_000, Math.floor((10 ** (5 + random.below(3)) / price / step) * (1 + random.uniform())));
  const instrument = defaultInstrument(`${name}${index}USDT`, {
    venue: "bybit",
    tickSize,
    lotStep,
    minNotional: 5,
    maxLeverage: [12.5, 25, 50, 75, 100][random.below(5)],
    fundingIntervalHours: [1, 4, 8, 8][random.below(4)],
    maintenanceMarginRate: [0.005, 0.01, 0.02][random.below(3)],
  });
  return listingOf(instrument, {
    minQty: plain(minLots * step),
    maxQty: plain(maxLots * step),
    maxMarketQty: plain(Math.max(1, Math.floor(maxLots / (2 + random.below(5)))) * step),
    minPrice: tickSize,
    maxPrice: plain(Math.ceil((price * 20) / tick) * tick),
  });
}

/** A step such as "0.0005" or "10". */
function grain(random: Random, exponent: number): string {
  const digit = GRAINS[random.below(GRAINS.length)];
  return exponent >= 0 ? digit + "0".repeat(exponent) : `0.${"0".repeat(-exponent - 1)}${digit}`;
}

/** Plain text of a multiple of a step, without the noise of floats. */
function plain(value: number): string {
  const text = Number(value.toPrecision(12)).toFixed(16);
  return text.replace(/\.?0+$/, "");
}
