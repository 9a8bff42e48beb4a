/**
 * @file Everything that is written to the journal, as plain JSON. Inputs come from outside (the market, the venue, a timer, a
 * person); facts are what the engine concludes from them. State is a fold over both, in their order.
 */
import type { DecimalText, ErrorCode, Instrument } from "../../core/index.ts";
import type { JoinedSeries } from "../../market/index.ts";
import type { AssetClass } from "../../portfolio/index.ts";
import type {
  AccountMode,
  AmendOutcome,
  BrokerBalance,
  BrokerCapabilities,
  BrokerEvent,
  BrokerExecution,
  BrokerOrder,
  BrokerPosition,
  CancelOutcome,
  CancelRequest,
  OrderRequest,
  ProtectionRequest,
  SubmitOutcome,
} from "../broker.ts";
import type { Quote } from "../feed.ts";
import type { OrderRules } from "../order-rules.ts";
import type { Actor, CommandOrder, ManualBrackets } from "./command.ts";
import type { EngineConfig } from "./config.ts";
import type { DecisionWhy } from "./decision-why.ts";

/** What a decision wants of one symbol. */
export type Target = BracketTerms & {
  readonly symbol: string;
  readonly lots: number;
  /** Signed, lots times the lot step. */
  readonly quantity: DecimalText;
  readonly urgency: number;
  /** The market's regime where the strategy knows it. */
  readonly regime?: string;
};

export type VenueSnapshot = {
  readonly orders: readonly BrokerOrder[];
  readonly positions: readonly BrokerPosition[];
  readonly balances: readonly BrokerBalance[];
  readonly executions: readonly BrokerExecution[];
  readonly cursor: string;
  readonly mode?: AccountMode;
  /** When it was asked for: what happened later may be missing. */
  readonly askedMs: number;
};

export type Input =
  | {
      readonly kind: "session";
      readonly id: string;
      readonly config: EngineConfig;
      readonly capabilities: BrokerCapabilities;
      readonly accountId: string;
      readonly instruments: readonly Instrument[];
      /** Model and settings that decisions were made with, for a replay. */
      readonly strategySpec: Readonly<Record<string, unknown>>;
      readonly version: string;
      readonly seed: number;
    }
  /** The rows that the session began with: columns, deflated, in base64. */
  | {
      readonly kind: "history";
      readonly strategy: string;
      readonly instruments: readonly Instrument[];
      readonly timeframe: string;
      readonly bars: number;
      readonly extra?: ReadonlyArray<
        "rate" | "fundingAtOpen" | "fundingWithin" | "markOpen" | "markHigh" | "markLow" | "markClose"
      >;
      readonly data: string;
      /** Alternative series that are behind the other columns. */
      readonly alternative?: readonly JoinedSeries[];
    }
  /** A process has taken the journal over: whatever was on its way is in doubt. */
  | {
      readonly kind: "started";
      readonly process: string;
      /** Rules of sizing and risk that each strategy decides by from now on, where they may be others than at the beginning. */
      readonly decisions?: Readonly<Record<string, unknown>>;
      /** What its broker can, where the session was begun before it. */
      readonly capabilities?: BrokerCapabilities;
    }
  | { readonly kind: "stopped"; readonly reason: string }
  | { readonly kind: "rules"; readonly rules: readonly OrderRules[]; readonly failed?: string }
  | { readonly kind: "quote"; readonly quote: Quote }
  /** A bar of a strategy, complete: `[open, high, low, close, volume, funding, ...]` by symbol, null where it has none. */
  | {
      readonly kind: "row";
      readonly strategy: string;
      readonly openMs: number;
      readonly rows: ReadonlyArray<readonly number[] | null>;
      readonly late: boolean;
    }
  /** Prices that the open of the running bar was played at, by symbol; null where there was no quote (paper). */
  | {
      readonly kind: "open";
      readonly strategy: string;
      readonly openMs: number;
      readonly prices: ReadonlyArray<number | null>;
      readonly funding: readonly number[];
      /** Rates due at the open and inside the bar, where bars are longer than a funding interval. */
      readonly due?: ReadonlyArray<readonly [atOpen: number, within: number]>;
      /** Mark prices at the open, where the tape has marks. */
      readonly marks?: readonly number[];
    }
  /** The account of a strategy was moved to the close of its newest bar: what comes now happens in the next. */
  | { readonly kind: "closed"; readonly strategy: string }
  /** The tape was full and has let its oldest rows go: numbers of rows are lower by so many from now on. */
  | { readonly kind: "compacted"; readonly strategy: string; readonly rows: number }
  | {
      readonly kind: "decision";
      readonly strategy: string;
      /** The close at which it was made. */
      readonly closeMs: number;
      readonly targets: readonly Target[];
      /** The last record that the policy had seen when it began: what came while it thought is sized by and not seen. */
      readonly saw?: number;
      /** What it was made on, and how it came to its targets. */
      readonly why?: DecisionWhy;
    }
  /** Rows that passed while nobody could decide. */
  | {
      readonly kind: "missed";
      readonly strategy: string;
      readonly fromMs: number;
      readonly toMs: number;
      readonly reason: string;
    }
  /** From now on a strategy's sizes are multiplied by so much: a canary's tenth, a halved multiplier. */
  | { readonly kind: "scale"; readonly strategy: string; readonly factor: number; readonly reason: string }
  /** Decisions since a UTC day's beginning, made again beside the session from its journal, and how many came out as they stand. */
  | {
      readonly kind: "replayed";
      readonly sinceMs: number;
      readonly decisions: number;
      readonly equal: number;
      /** What the first other one differs in. */
      readonly difference?: string;
    }
  | { readonly kind: "broker"; readonly event: BrokerEvent }
  | { readonly kind: "submitted"; readonly clientOrderId: string; readonly outcome: SubmitOutcome }
  | { readonly kind: "cancelled"; readonly request: CancelRequest; readonly outcome: CancelOutcome }
  | { readonly kind: "protected"; readonly request: ProtectionRequest; readonly outcome: AmendOutcome }
  | {
      readonly kind: "found";
      readonly clientOrderId: string;
      readonly order: BrokerOrder | null;
      readonly failed?: string;
    }
  | { readonly kind: "snapshot"; readonly snapshot: VenueSnapshot | null; readonly failed?: string }
  | { readonly kind: "feed"; readonly state: "up" | "down" | "stale" | "fresh"; readonly reason: string }
  | { readonly kind: "timer"; readonly id: string }
  /** Older records of the journal are in a file beside it from now on. */
  | {
      readonly kind: "archived";
      readonly firstSeq: number;
      readonly lastSeq: number;
      readonly file: string;
      /** SHA-256 of the file. */
      readonly checksum: string;
      readonly by: string;
    }
  /** Without an id it is known by its number. */
  | ({ readonly kind: "command"; readonly id?: string; readonly reason: string } & Pick<Actor, "by"> &
      Partial<Pick<Actor, "from">> &
      CommandOrder);

/** Which part of a plan an order is: entry, exit, flatten, protection. */
export type Leg = "e" | "x" | "f" | "p";

export type Clamp = {
  readonly rule: string;
  readonly from: DecimalText;
  readonly to: DecimalText;
};

/** How a position is protected: shares of its average entry price, 0 for none, and bars. */
export type BracketTerms = {
  readonly stopDistance: number;
  readonly targetDistance: number;
  readonly trailDistance: number;
  readonly maxBars: number;
};

export type Fact =
  | {
      readonly kind: "intent";
      readonly request: OrderRequest;
      readonly brackets: BracketTerms;
      readonly strategy: string;
      /** Sequence number of the decision or command behind it. */
      readonly decision: number;
      readonly leg: Leg;
      readonly attempt: number;
      /** The quote that it was sent on. */
      readonly quote: string;
      readonly clamps: readonly Clamp[];
      /** Its brackets are those that a person set. */
      readonly manual?: true;
    }
  | {
      readonly kind: "denied";
      readonly symbol: string;
      readonly code: string;
      readonly detail: string;
      readonly decision: number;
    }
  | {
      readonly kind: "clamped";
      readonly symbol: string;
      readonly clientOrderId: string;
      readonly clamps: readonly Clamp[];
    }
  | { readonly kind: "dropped"; readonly symbol: string; readonly decision: number; readonly reason: string }
  | { readonly kind: "cancelling"; readonly request: CancelRequest; readonly reason: string }
  | { readonly kind: "protecting"; readonly request: ProtectionRequest; readonly attempt: number }
  | { readonly kind: "asking"; readonly clientOrderId: string; readonly symbol: string; readonly attempt: number }
  | { readonly kind: "reconciling"; readonly reason: string; readonly attempt: number }
  | { readonly kind: "reconciled"; readonly differences: number }
  /** An order's fate was settled by something else than its own event. */
  | {
      readonly kind: "settled";
      readonly clientOrderId: string;
      readonly status: "absent" | "filled" | "cancelled" | "rejected";
      readonly why: string;
    }
  | {
      readonly kind: "healed";
      readonly symbol: string;
      readonly from: DecimalText;
      readonly to: DecimalText;
      readonly entryPrice: DecimalText;
      readonly why: string;
    }
  /** The account holds so much of a symbol that is not the session's; "0" where it is gone. */
  | { readonly kind: "refused"; readonly symbol: string; readonly quantity: DecimalText }
  | { readonly kind: "cashDiffers"; readonly journal: DecimalText; readonly venue: DecimalText }
  /** What a snapshot and the journal disagree on, by subject; healed where it stands still. */
  | { readonly kind: "differs"; readonly differences: Record<string, string> }
  /** A symbol is to be flat, whatever was decided. */
  | { readonly kind: "flatten"; readonly symbol: string; readonly why: string }
  /** Stop and target that a person set, or null where they are the strategy's again. */
  | { readonly kind: "rebracket"; readonly symbol: string; readonly manual: ManualBrackets | null }
  | { readonly kind: "classSwitch"; readonly assetClass: AssetClass; readonly open: boolean }
  /** A command has been carried out, or can't be. */
  | {
      readonly kind: "commandEnd";
      readonly id: string;
      readonly status: "done" | "refused";
      readonly code?: ErrorCode;
      readonly detail: string;
    }
  | { readonly kind: "later"; readonly timer: string; readonly dueMs: number }
  | { readonly kind: "naked"; readonly symbol: string }
  | { readonly kind: "covered"; readonly symbol: string; readonly nakedMs: number }
  | { readonly kind: "state"; readonly to: EngineStatus; readonly cause: string; readonly text: string }
  | { readonly kind: "alarm"; readonly code: string; readonly text: string };

export type EngineStatus = "active" | "reducing" | "halted";

export type Entry = Input | Fact;

/** Prices and looks: all that may be lost with the power, since nothing was done on them that is not written itself. */
const LIGHT: ReadonlySet<Entry["kind"]> = new Set([
  "quote",
  "row",
  "open",
  "feed",
  "asking",
  "later",
  "clamped",
  "closed",
  "compacted",
]);

/** Entries that must be on the disk before anything follows from them. */
export function isDurable(entry: Entry): boolean {
  return !LIGHT.has(entry.kind);
}

const INPUTS: ReadonlySet<string> = new Set<Input["kind"]>([
  "session",
  "history",
  "started",
  "stopped",
  "rules",
  "quote",
  "row",
  "open",
  "closed",
  "compacted",
  "decision",
  "missed",
  "scale",
  "replayed",
  "broker",
  "submitted",
  "cancelled",
  "protected",
  "found",
  "snapshot",
  "feed",
  "timer",
  "archived",
  "command",
]);

export function isInput(entry: Entry): entry is Input {
  return INPUTS.has(entry.kind);
}

/** What the shell does for the engine, in this order, once the journal has the entries. */
export type Effect =
  | { readonly do: "submit"; readonly request: OrderRequest }
  | { readonly do: "cancel"; readonly request: CancelRequest }
  | { readonly do: "protect"; readonly request: ProtectionRequest }
  | { readonly do: "find"; readonly symbol: string; readonly clientOrderId: string }
  | { readonly do: "snapshot"; readonly cursor: string }
  | { readonly do: "rules" }
  | { readonly do: "notify"; readonly code: string; readonly text: string };
