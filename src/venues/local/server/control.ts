/**
 * @file The control endpoint of the local venue, for tests and for people who try things: POST /control with an action.
 * Loopback only, like the rest of the server, and no part of V5.
 */
import { z } from "zod";
import { TidemarkError } from "../../../core/index.ts";
import type { LocalVenueCore } from "../core/venue-core.ts";
import { FAULT_KINDS, type FaultKind, type FaultPlan } from "./faults.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { VenueState } from "./rest.ts";

const kinds = Object.keys(FAULT_KINDS) as [FaultKind, ...FaultKind[]];
const category = z.enum(["linear", "spot"]).default("linear");
const decimals = z.string().regex(/^\d+(?:\.\d+)?$/);

const faultRuleSchema = z.strictObject({
  kind: z.enum(kinds),
  on: z.string().optional(),
  probability: z.number().min(0).max(1).optional(),
  times: z.int().positive().optional(),
  value: z.number().optional(),
  fromMs: z.number().optional(),
  untilMs: z.number().optional(),
});

const actionSchema = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("fault"), rule: faultRuleSchema }),
  z.strictObject({ action: z.literal("clear"), kind: z.enum(kinds).optional() }),
  z.strictObject({ action: z.literal("state") }),
  z.strictObject({ action: z.literal("audit"), account: z.string() }),
  z.strictObject({ action: z.literal("maintenance"), on: z.boolean() }),
  z.strictObject({ action: z.literal("ban"), ms: z.number().positive() }),
  z.strictObject({ action: z.literal("clock-skew"), ms: z.number() }),
  z.strictObject({ action: z.literal("limits"), share: z.number().positive() }),
  z.strictObject({ action: z.literal("history-lag"), ms: z.number().min(0) }),
  z.strictObject({ action: z.literal("restart") }),
  z.strictObject({ action: z.literal("close-streams"), stream: z.string().default(""), code: z.int().default(1001) }),
  z.strictObject({
    action: z.literal("status"),
    category,
    symbol: z.string(),
    status: z.enum(["Trading", "PreLaunch", "Settling", "Closed", "Halted"]),
  }),
  z.strictObject({
    action: z.literal("permissions"),
    account: z.string(),
    trade: z.boolean().optional(),
    read: z.boolean().optional(),
    expired: z.boolean().optional(),
  }),
  z.strictObject({
    action: z.literal("hedge"),
    account: z.string(),
    coin: z.string().default("USDT"),
    on: z.boolean(),
  }),
  z.strictObject({
    action: z.literal("deleverage"),
    account: z.string(),
    symbol: z.string(),
    share: z.number().default(1),
  }),
  z.strictObject({
    action: z.literal("quote"),
    category,
    symbol: z.string(),
    bid: decimals,
    ask: decimals,
    volume: decimals.default("1000000"),
  }),
  z.strictObject({ action: z.literal("advance"), ms: z.number().min(0) }),
]);

export type ControlAction = z.input<typeof actionSchema>;

export type ControlContext = {
  readonly core: LocalVenueCore;
  readonly faults: FaultPlan;
  readonly limits: RateLimits;
  readonly state: VenueState;
  readonly wallMs: () => number;
  readonly advance: (ms: number) => void;
  readonly closeStreams: (stream: string, code: number) => void;
  /** Next messages are snapshots. */
  readonly resetTopics: () => void;
  readonly clock: () => { readonly nowMs: number; readonly speed: number };
};

/** Does what was asked and tells what there is to tell. Throws USAGE_ARGUMENT where it can't be read. */
export function control(context: ControlContext, asked: unknown): unknown {
  const action = actionSchema.safeParse(asked);
  if (!action.success) {
    const [issue] = action.error.issues;
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `The control request can't be read: ${issue.path.join(".") || "action"}: ${issue.message}`,
      fix: "See docs/local-venue.md for the actions.",
    });
  }
  return perform(context, action.data);
}

function perform(context: ControlContext, action: z.output<typeof actionSchema>): unknown {
  const { core, faults, state } = context;
  switch (action.action) {
    case "fault":
      faults.add(plainRule(action.rule));
      break;
    case "clear":
      faults.clear(action.kind);
      break;
    case "state":
      return { ...context.clock(), ...state, rules: faults.rules(), counts: faults.counts() };
    case "audit":
      return core.audit(action.account);
    case "maintenance":
      state.maintenance = action.on;
      if (action.on) context.closeStreams("", 1001);
      break;
    case "ban":
      context.limits.ban(context.wallMs(), action.ms);
      break;
    case "clock-skew":
      state.clockSkewMs = action.ms;
      break;
    case "limits":
      state.limitShare = action.share;
      break;
    case "history-lag":
      core.setReadLimits({ lagMs: action.ms });
      break;
    case "restart":
      core.setReadLimits({ forgottenBeforeMs: core.nowMs });
      context.resetTopics();
      context.closeStreams("", 1001);
      break;
    case "close-streams":
      context.closeStreams(action.stream, action.code);
      break;
    case "status":
      core.setStatus(action.category, action.symbol, action.status);
      break;
    case "permissions": {
      const { trade, read, expired } = action;
      const given = Object.entries({ trade, read, expired }).filter(([, value]) => value !== undefined);
      core.setPermissions(action.account, Object.fromEntries(given));
      break;
    }
    case "hedge":
      core.setHedge(action.account, action.coin, action.on);
      break;
    case "deleverage":
      core.forceDeleverage(action.account, action.symbol, action.share);
      break;
    case "quote":
      core.setQuote(action.category, action.symbol, action.bid, action.ask, action.volume);
      break;
    case "advance":
      context.advance(action.ms);
      break;
  }
  return {};
}

/** Keys that are absent stay absent. */
function plainRule(rule: z.output<typeof faultRuleSchema>): Parameters<FaultPlan["add"]>[0] {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) as Parameters<
    FaultPlan["add"]
  >[0];
}
