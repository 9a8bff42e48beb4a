export { BybitRecorder } from "./alternative/live/bybit-recorder.ts";
export { DEFAULT_FEEDS, type HeadlineSource, headlineSources } from "./alternative/news/feeds.ts";
export type { Headline } from "./alternative/news/headline.ts";
export type {
  AlternativeSource,
  RecordedRow,
  SourceObservation,
  SourceOptions,
  SourceQuery,
} from "./alternative/source.ts";
export { alternativeSources } from "./alternative/sources.ts";
export { bybitInterval } from "./bybit/interval.ts";
export {
  type AmendOrder,
  BybitAccount,
  type BybitCategory,
  type CancelOrder,
  type CreateOrder,
  type TradingStop,
} from "./bybit/live/account.ts";
export { ConnectBudget } from "./bybit/live/connect-budget.ts";
export { BybitCredentials } from "./bybit/live/credentials.ts";
export { type BybitHosts, bybitHosts } from "./bybit/live/hosts.ts";
export type { BybitOutcome } from "./bybit/live/outcome.ts";
export type { RequestLimit } from "./bybit/live/rate-budget.ts";
export { BybitRest, type BybitRestOptions } from "./bybit/live/rest.ts";
export {
  type ExecutionRow,
  executionRowSchema,
  type LinearContractRow,
  linearContractSchema,
  type OrderRow,
  orderRowSchema,
  type PositionRow,
  positionRowSchema,
  readRows,
  type SpotContractRow,
  type WalletRow,
  walletRowSchema,
} from "./bybit/live/rows.ts";
export { Stream, type StreamMessage, StreamRefusal, type StreamState, type StreamTiming } from "./bybit/live/stream.ts";
export { type BybitOptions, bybitVenue } from "./bybit/venue.ts";
export { type CcxtOptions, ccxtVenue } from "./ccxt/venue.ts";
export type {
  CandleQuery,
  HistoryQuery,
  HistoryVenue,
  QuotingVenue,
  VenueCandle,
  VenueFundingRate,
  VenueQuote,
} from "./history.ts";
export {
  type ControlAction,
  FAULT_KINDS,
  type FaultKind,
  FaultPlan,
  type FaultRule,
  faultRule,
  instrumentsPage,
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
