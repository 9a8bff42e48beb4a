/** @file The local Bybit: a venue on this machine that speaks V5, for paper and live trading without an account. */
export { type Listing, type ListingExtras, type LocalCategory, listingOf } from "./core/listing.ts";
export type { LocalSeries, MadeMarketOptions } from "./core/made-market.ts";
export { type LocalAccountOptions, LocalVenueCore, type VenueCoreOptions, type VenueReply } from "./core/venue-core.ts";
export type { MarketPush, PrivatePush, PrivateTopic, VenuePush } from "./core/world.ts";
export { instrumentsPage } from "./instruments-page.ts";
export type { ControlAction } from "./server/control.ts";
export { faultRule } from "./server/fault-text.ts";
export { FAULT_KINDS, type FaultKind, FaultPlan, type FaultRule } from "./server/faults.ts";
export { LocalVenue, type LocalVenueOptions } from "./server/local-venue.ts";
