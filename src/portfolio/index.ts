export { ASSET_CLASSES, type AssetClass, assetClass } from "./asset-class.ts";
export { BudgetLedger } from "./budget-ledger.ts";
export {
  type BudgetConfig,
  type LadderRow,
  resolveSizingConfig,
  type ScheduleRow,
  SIZING_DEFAULTS,
  type SizingConfig,
  type SizingOverrides,
  SizingScheme,
} from "./config.ts";
export { CorrelationTable, correlationWindow } from "./correlation-table.ts";
export {
  budgetNotional,
  fixedFractionNotional,
  ladderMultiplier,
  type SizingInput,
  scheduleNotional,
  volatilityTargetNotional,
} from "./schemes.ts";
export { Sizer } from "./sizer.ts";
