/** @file Asset classes: whose budget an instrument draws on. */
import { type Instrument, InstrumentKind } from "../core/index.ts";

export const ASSET_CLASSES = ["cryptoSpot", "cryptoFutures", "forex", "options"] as const;
export type AssetClass = (typeof ASSET_CLASSES)[number];

const CLASS_OF: Readonly<Record<InstrumentKind, AssetClass>> = {
  [InstrumentKind.spot]: "cryptoSpot",
  [InstrumentKind.perpetual]: "cryptoFutures",
  [InstrumentKind.future]: "cryptoFutures",
  [InstrumentKind.forex]: "forex",
  [InstrumentKind.option]: "options",
  // Stocks and stock indices draw on the budget of what trades in currencies of states.
  [InstrumentKind.stock]: "forex",
  [InstrumentKind.index]: "forex",
};

export function assetClass(instrument: Instrument): AssetClass {
  return CLASS_OF[instrument.kind];
}

/** The class as a column index. */
export function assetClassIndex(instrument: Instrument): number {
  return ASSET_CLASSES.indexOf(assetClass(instrument));
}
