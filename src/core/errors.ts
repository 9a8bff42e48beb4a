/**
 * @file The error catalog: every failure that a user can meet has a stable code, an exit code and three sentences:
 * what is wrong, where, and what to do about it. Codes are never reused for another meaning.
 */

/** Process exit codes, part of the command line's contract. */
export const ExitCode = {
  done: 0,
  unexpected: 1,
  usage: 2,
  data: 3,
  venue: 4,
  refused: 5,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const CATALOG = {
  // wrong usage or configuration
  USAGE_ARGUMENT: ExitCode.usage,
  CONFIG_UNREADABLE: ExitCode.usage,
  CONFIG_SYNTAX: ExitCode.usage,
  CONFIG_UNKNOWN_KEY: ExitCode.usage,
  CONFIG_VALUE: ExitCode.usage,
  INIT_WOULD_OVERWRITE: ExitCode.usage,
  // bad or missing data
  DATA_MISSING: ExitCode.data,
  DATA_FORMAT: ExitCode.data,
  DATA_QUALITY: ExitCode.data,
  DATA_CONTRACT: ExitCode.data,
  DATA_TOO_SHORT: ExitCode.data,
  DATA_ALIGNMENT: ExitCode.data,
  STORE_LOCKED: ExitCode.data,
  STORE_CORRUPT: ExitCode.data,
  FILE_UNWRITABLE: ExitCode.data,
  DISK_FULL: ExitCode.data,
  MODEL_MISSING: ExitCode.data,
  MODEL_CORRUPT: ExitCode.data,
  MODEL_MISMATCH: ExitCode.data,
  CHECKPOINT_MISMATCH: ExitCode.data,
  RUN_MISSING: ExitCode.data,
  RUN_LOCKED: ExitCode.data,
  REPORT_MISSING: ExitCode.data,
  JOURNAL_CORRUPT: ExitCode.data,
  JOURNAL_MISSING: ExitCode.data,
  JOURNAL_UNREADABLE: ExitCode.data,
  STATE_LOCKED: ExitCode.data,
  REGISTRY_CORRUPT: ExitCode.data,
  REGISTRY_LOCKED: ExitCode.data,
  STUDY_MISSING: ExitCode.data,
  STUDY_LOCKED: ExitCode.data,
  STUDY_CORRUPT: ExitCode.data,
  STUDY_MISMATCH: ExitCode.data,
  STUDY_WITHOUT_RESULT: ExitCode.data,
  ASSISTANT_FILE: ExitCode.data,
  ASSISTANT_RUNTIME: ExitCode.data,
  // venue or network
  VENUE_UNREACHABLE: ExitCode.venue,
  VENUE_TIMEOUT: ExitCode.venue,
  VENUE_RATE_LIMITED: ExitCode.venue,
  VENUE_FORBIDDEN: ExitCode.venue,
  VENUE_BAD_REPLY: ExitCode.venue,
  VENUE_REJECTED: ExitCode.venue,
  VENUE_CREDENTIALS: ExitCode.venue,
  ASSISTANT_MODEL: ExitCode.venue,
  VENUE_PERMISSION: ExitCode.venue,
  VENUE_MAINTENANCE: ExitCode.venue,
  VENUE_CLOCK: ExitCode.venue,
  QUEUE_UNREACHABLE: ExitCode.venue,
  // refused by risk or safety
  CHECK_FAILED: ExitCode.refused,
  LIVE_REFUSED: ExitCode.refused,
  ENGINE_NOT_RUNNING: ExitCode.refused,
  ENGINE_SILENT: ExitCode.refused,
  ENGINE_FAILED: ExitCode.refused,
  COMMAND_INVALID: ExitCode.usage,
  COMMAND_CONFLICT: ExitCode.refused,
  COMMAND_REFUSED: ExitCode.refused,
  COMMAND_STALE: ExitCode.refused,
  SESSION_MIX: ExitCode.refused,
  CONTRACT_BROKEN: ExitCode.refused,
  REGISTRY_REFUSED: ExitCode.refused,
  SOURCE_UNPROMOTABLE: ExitCode.refused,
  // verdicts of the pre-trade gate: they stand in the journal and end no command
  GATE_STATE: ExitCode.refused,
  GATE_RECONCILING: ExitCode.refused,
  GATE_SESSION: ExitCode.refused,
  GATE_REGIME: ExitCode.refused,
  GATE_SYMBOL: ExitCode.refused,
  GATE_EXPIRY: ExitCode.refused,
  GATE_COOLDOWN: ExitCode.refused,
  GATE_CONCURRENCY: ExitCode.refused,
  GATE_POSITION_CAP: ExitCode.refused,
  GATE_TOTAL_CAP: ExitCode.refused,
  GATE_LEVERAGE: ExitCode.refused,
  GATE_ORDER_LOSS: ExitCode.refused,
  GATE_WALLET: ExitCode.refused,
  GATE_QUOTE_AGE: ExitCode.refused,
  GATE_PRICE_BAND: ExitCode.refused,
  GATE_MIN_QUANTITY: ExitCode.refused,
  GATE_MIN_NOTIONAL: ExitCode.refused,
  GATE_SHORT: ExitCode.refused,
  GATE_DUPLICATE: ExitCode.refused,
  GATE_CLASS: ExitCode.refused,
  GATE_STOP: ExitCode.refused,
  // the dashboard's server
  ACCESS_REFUSED: ExitCode.refused,
  PORT_TAKEN: ExitCode.usage,
  PAGE_MISSING: ExitCode.data,
  JOBS_RUNNING: ExitCode.refused,
  JOB_MISSING: ExitCode.data,
  ROUTE_MISSING: ExitCode.usage,
  TOKEN_MISSING: ExitCode.data,
  // unexpected
  INVARIANT: ExitCode.unexpected,
  COMPUTE_SHAPE: ExitCode.unexpected,
  COMPUTE_DEVICE: ExitCode.usage,
  TRAINING_DIVERGED: ExitCode.unexpected,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof CATALOG;

export type ErrorParts = {
  /** What is wrong, one sentence. */
  what: string;
  /** The file, key, symbol or venue where it is wrong. */
  where?: string;
  /** What the user can do about it. */
  fix?: string;
  cause?: unknown;
};

/** An expected failure, told in the order: what is wrong, where, what to do about it. */
export class TidemarkError extends Error {
  override readonly name = "TidemarkError";
  readonly code: ErrorCode;
  readonly what: string;
  readonly where: string | undefined;
  readonly fix: string | undefined;

  constructor(code: ErrorCode, parts: ErrorParts) {
    const tail = [
      parts.where === undefined ? "" : ` (${parts.where})`,
      parts.fix === undefined ? "" : `. ${parts.fix}`,
    ];
    super(`${parts.what}${tail.join("")}`, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.what = parts.what;
    this.where = parts.where;
    this.fix = parts.fix;
  }

  get exitCode(): ExitCode {
    return CATALOG[this.code];
  }
}

/** A broken promise of our own code: never caught to be ignored. */
export class InvariantError extends TidemarkError {
  constructor(what: string, where?: string) {
    super("INVARIANT", { what: `Invariant: ${what}`, ...(where === undefined ? {} : { where }) });
  }
}

/** Throws an invariant error unless the condition holds. For checks outside hot loops. */
export function invariant(condition: boolean, what: string, where?: string): asserts condition {
  if (!condition) throw new InvariantError(what, where);
}

/** Closes an exhaustive switch over a union. */
export function ensureNever(value: never): never {
  throw new InvariantError(`every case is handled, was ${JSON.stringify(value)}`);
}

/** Any thrown value as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The `code` of a Node system error such as ENOENT, or undefined. */
export function systemCode(thrown: unknown): string | undefined {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Every code of the catalog with its exit code, for the documentation and for tests. */
export function errorCatalog(): ReadonlyArray<{ code: ErrorCode; exitCode: ExitCode }> {
  return Object.entries(CATALOG).map(([code, exitCode]) => ({ code: code as ErrorCode, exitCode }));
}
