export { checkBoolean, checkChoice, checkKeys, checkNumber, checkWhole, configValueError } from "./check.ts";
export { type Clock, PacedClock, SimulatedClock, systemClock } from "./clock.ts";
export { ContractProblems } from "./contract.ts";
export {
  ceilToStep,
  type Decimal,
  type DecimalText,
  decimal,
  decimalOfNumber,
  decimalText,
  exactText,
  floorToStep,
  stepDecimals,
  stepsText,
  ZERO_TEXT,
} from "./decimal.ts";
export {
  type ErrorCode,
  ExitCode,
  ensureNever,
  errorCatalog,
  InvariantError,
  invariant,
  systemCode,
  TidemarkError,
  toError,
} from "./errors.ts";
export { FileLock, type LockHolder, LockState } from "./file-lock.ts";
export { FileMemo } from "./file-memo.ts";
export {
  ensureFolder,
  fileError,
  flushFolder,
  readTextIfPresent,
  requireWritable,
  temporaryName,
  writeFileAtomic,
} from "./files.ts";
export { FILL_REASONS, type Fill, FillReason } from "./fill.ts";
export { bytesOf, canonicalJson, fingerprint, sha256, sha256Hex } from "./hash.ts";
export {
  defaultInstrument,
  type GuessableTerm,
  type Instrument,
  InstrumentKind,
  type InstrumentOverrides,
  isMargined,
  type MaintenanceTier,
  usualMaintenance,
} from "./instrument.ts";
export { clearIntents, Direction, type IntentColumns, intentColumns } from "./intent.ts";
export { EXIT_FILE, JOB_VARIABLE, JobReport, PROGRESS_FILE, type ProgressLine } from "./job-report.ts";
export { normalCdf, normalDensity, normalQuantile } from "./normal.ts";
export type { Progress, ProgressListener } from "./progress.ts";
export { freshId, freshSecret, freshSeed, Random, type RandomState, uniformAt } from "./random.ts";
export { inSlices } from "./slices.ts";
export { editDistance, nearestName } from "./suggest.ts";
export { isFiat, plainSymbol, quoteOf, splitSymbol } from "./symbol.ts";
export {
  barOpen,
  barsPerYear,
  DAY_MS,
  formatDay,
  formatMinute,
  formatMonth,
  formatSpan,
  formatTimeframe,
  HOUR_MS,
  MINUTE_MS,
  monthBounds,
  parseDate,
  parseTimeframe,
  SECOND_MS,
  type Timeframe,
  timeframeMs,
  WEEK_MS,
  YEAR_MS,
} from "./time.ts";
export { packageVersion } from "./version.ts";
