/** @file What a user may say of a file; all of it is detected where it is not said. */
import type { DateOrder } from "./dates.ts";
import type { Prices } from "./mark-columns.ts";
import type { DecimalSign } from "./numbers.ts";
import type { TimeUnit } from "./time.ts";

export type DialectOptions = {
  /** Detected where not given, as is everything else here. */
  readonly delimiter?: string;
  /** Names of the columns from left to right; a file with such names needs no header. Unknown names are skipped columns. */
  readonly columns?: readonly string[];
  /** Lines before the header or the first row. */
  readonly skipLines?: number;
  readonly timeUnit?: TimeUnit;
  /** The day that counted times begin with, such as "1904-01-01". Default: 1970, and 1899-12-30 for a spreadsheet's days. */
  readonly epoch?: string;
  /** Needed only where every date could be read both ways. */
  readonly dateOrder?: DateOrder;
  /** Needed only where every number could be read both ways. */
  readonly decimal?: DecimalSign;
  /** Which prices are read where mark prices stand beside the market's own. Default: its own. */
  readonly prices?: Prices;
};
