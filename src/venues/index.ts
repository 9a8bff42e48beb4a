export { type BybitOptions, bybitVenue } from "./bybit/venue.ts";
export { type CcxtOptions, ccxtVenue } from "./ccxt/venue.ts";
export type { CandleQuery, HistoryQuery, HistoryVenue, VenueCandle, VenueFundingRate } from "./history.ts";
