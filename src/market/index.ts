export { type AlignOptions, TapeRange, tapeFromCandles } from "./align.ts";
export {
  type CandleRow,
  type Candles,
  candlesFromRows,
  createCandles,
  type FundingRates,
  type SymbolHistory,
} from "./candles.ts";
export { Session, sessionOf } from "./session.ts";
export { appendBar, growableTape, sliceTape } from "./slice.ts";
export { type EdgeOption, EdgeSignal } from "./synthetic/edge.ts";
export { type SyntheticOptions, syntheticMarket, syntheticTape } from "./synthetic/market.ts";
export { SYNTHETIC_SYMBOLS, SYNTHETIC_VENUE } from "./synthetic/profile.ts";
export { createTape, type MarketTape } from "./tape.ts";
