export { type AccountBook, createAccountBook } from "./account-book.ts";
export { type ColumnState, restoreColumns, saveColumns } from "./column-state.ts";
export { EXCHANGE_DEFAULTS, type ExchangeConfig, resolveExchangeConfig, SlippageModel } from "./config.ts";
export { FillRecorder } from "./fill-recorder.ts";
export { type InstrumentTerms, instrumentTerms } from "./instrument-terms.ts";
export { Liquidity } from "./liquidity.ts";
export { AccountStatus, ORDER_OUTCOMES, OrderOutcome } from "./outcome.ts";
export { SimulatedExchange, type SimulatedExchangeOptions } from "./simulated-exchange.ts";
export type { TradeDesk } from "./trade-desk.ts";
