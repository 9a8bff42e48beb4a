export { type BybitOptions, bybitVenue } from "./bybit/venue.ts";
export { type CcxtOptions, ccxtVenue } from "./ccxt/venue.ts";
export type { CandleQuery, HistoryQuery, HistoryVenue, VenueCandle, VenueFundingRate } from "./history.ts";
export {
  type ControlAction,
  FAULT_KINDS,
  type FaultKind,
  FaultPlan,
  type FaultRule,
  type Listing,
  type ListingExtras,
  type LocalAccountOptions,
  type LocalCategory,
  type LocalSeries,
  LocalVenue,
  LocalVenueCore,
  type LocalVenueOptions,
  listingOf,
  type MadeMarketOptions,
  type MarketPush,
  type PrivatePush,
  type PrivateTopic,
  type VenueCoreOptions,
  type VenuePush,
  type VenueReply,
} from "./local/index.ts";
