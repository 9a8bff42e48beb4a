/**
 * @file What takes trading back by itself: losses, rejections, a clock or data that can't be trusted, a lost connection. Each
 * cause stands by its name. Those that pass are lifted when they have passed; the others wait for a person.
 */
import { decimal } from "../../core/index.ts";
import type { BrokerEvent } from "../broker.ts";
import type { EngineLimits } from "./config.ts";
import type { EngineStatus } from "./entries.ts";
import { reconcile } from "./reconciler.ts";
import { flattenAll, type Step } from "./step.ts";

function trip(step: Step, to: Exclude<EngineStatus, "active">, cause: string, text: string): void {
  const { state, emit, effects } = step;
  if (state.causes[cause] !== undefined) return;
  emit({ kind: "state", to, cause, text });
  effects.push({ do: "notify", code: `${to}.${cause}`, text });
  if (to === "halted" && state.config?.haltFlattens === true) flattenAll(step, cause);
}

function lift(step: Step, cause: string, text: string): void {
  if (step.state.causes[cause] === undefined) return;
  step.emit({ kind: "state", to: "active", cause, text });
  step.effects.push({ do: "notify", code: `lifted.${cause}`, text });
}

/** A share of equity: far more than floats are wrong by. */
const NEAR = 1e-9;

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** What takes trading back by itself, after every input; losses only after those that looked at equity. */
export function checkLimits(step: Step, looksAtEquity: boolean): void {
  const { state } = step;
  const limits = state.config?.limits;
  if (limits === undefined) return;
  if (looksAtEquity) checkLosses(step, limits);
  if (limits.maxRejects > 0 && state.risk.rejects.length >= limits.maxRejects) {
    const recent = state.risk.rejects.filter((timeMs) => timeMs >= state.nowMs - limits.rejectWindowMs);
    if (recent.length >= limits.maxRejects) {
      trip(step, "halted", "rejections", `the venue refused ${recent.length} orders in a short time`);
    }
  }
  if (limits.disconnectMs > 0 && state.link.state === "down") {
    const downMs = state.nowMs - state.link.sinceMs;
    if (downMs >= limits.disconnectMs) {
      trip(step, "reducing", "disconnect", `the private stream has been down for ${Math.round(downMs / 1_000)} s`);
    } else if (state.timers["link"] === undefined) {
      step.emit({ kind: "later", timer: "link", dueMs: state.link.sinceMs + limits.disconnectMs });
    }
  }
}

function checkLosses(step: Step, limits: EngineLimits): void {
  const { state } = step;
  const { equity, dayEquity, peakEquity, samples } = state.risk;
  const lost = (from: string): number =>
    decimal(from).gt(0) ? decimal("1").minus(decimal(equity).div(from)).toNumber() : 0;
  /** Floats tell what is far from a limit; what is near is told exactly. */
  const isFar = (from: string, limit: number): boolean => 1 - Number(equity) / Number(from) < limit - NEAR;
  if (limits.dailyLoss > 0 && !isFar(dayEquity, limits.dailyLoss) && lost(dayEquity) >= limits.dailyLoss) {
    trip(step, "halted", "daily-loss", `the day has lost ${percent(lost(dayEquity))} of its first equity`);
  }
  if (limits.maxDrawdown > 0 && !isFar(peakEquity, limits.maxDrawdown) && lost(peakEquity) >= limits.maxDrawdown) {
    trip(step, "halted", "drawdown", `${percent(lost(peakEquity))} of the highest equity are lost`);
  }
  if (limits.rapidDecline > 0) {
    const highest = samples.reduce((most, [, value]) => (Number(value) > Number(most) ? value : most), equity);
    if (!isFar(highest, limits.rapidDecline) && lost(highest) >= limits.rapidDecline) {
      const minutes = Math.round(limits.declineWindowMs / 60_000);
      trip(step, "halted", "rapid-decline", `${percent(lost(highest))} were lost within ${minutes} minutes`);
    }
  }
}

export function onBrokerEvent(step: Step, event: BrokerEvent): void {
  const { state, emit } = step;
  switch (event.kind) {
    case "connection":
      if (event.state !== "up") return;
      lift(step, "disconnect", "the private stream is back");
      reconcile(step, `connection ${event.generation}`);
      return;
    case "gap":
      reconcile(step, event.reason);
      return;
    case "clock": {
      const most = state.config?.limits.clockSkewMs ?? 0;
      const skew = Math.abs(event.offsetMs) - event.uncertaintyMs;
      if (most > 0 && skew > most) {
        trip(step, "reducing", "clock-skew", `our clock is ${Math.round(event.offsetMs)} ms from the venue's`);
      } else {
        lift(step, "clock-skew", "our clock agrees with the venue's");
      }
      return;
    }
    case "trouble":
      if (event.code === "maintenance") trip(step, "reducing", "maintenance", event.message);
      else trip(step, "halted", event.code, event.message);
      return;
    case "order": {
      lift(step, "maintenance", "the venue is back");
      const order = state.orders[event.order.clientOrderId];
      if (order?.ended !== undefined) {
        // The order is over and has more fills than we were told: its execution may be just behind it.
        emit({ kind: "later", timer: "reconcile", dueMs: state.nowMs + 1_000 });
      }
      return;
    }
    case "execution":
      if (event.execution.kind === "unknown") reconcile(step, "an execution of an unknown kind");
      if (event.execution.kind === "liquidation") {
        trip(step, "halted", "liquidation", `${event.execution.symbol} was liquidated`);
      }
      return;
    case "position":
    case "wallet":
      return;
  }
}

/** What is held and can't be traded any more, or only closed, is an alarm: it ends while it is held. */
export function onRules({ state, emit, effects }: Step): void {
  for (const symbol of Object.keys(state.positions)) {
    const status = state.rules[symbol]?.status ?? "trading";
    if (status === "trading") continue;
    const text = `${symbol} is held and is ${status} at the venue`;
    emit({ kind: "alarm", code: "symbol.status", text });
    effects.push({ do: "notify", code: "symbol.status", text });
  }
}

export function onFeed(step: Step, to: "up" | "down" | "stale" | "fresh", reason: string): void {
  if (to === "stale") trip(step, "reducing", "stale-data", reason);
  if (to === "fresh") lift(step, "stale-data", reason);
}
