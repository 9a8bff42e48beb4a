import { describe, expect, it } from "vitest";
import { FRESH_BETTING } from "../evidence/betting.ts";
import { Answer, answerToMonth, HarmDetectors, stepped } from "./degrade.ts";
import { type GateInput, lookAtGate, lookAtMonth } from "./judge.ts";
import { costBound, dailySharpe, pairedScore, type StageRecord } from "./record.ts";
import { checkGates, GATE_DEFAULTS, gatesFingerprint, requiredWinRate } from "./settings.ts";
import { TRIPWIRE_DEFAULTS, Tripwires } from "./tripwires.ts";

const DAY = 86_400_000;

/** A record that passes the paper gate: 200 trades in 40 days, three wins of five. */
function good(change: Partial<StageRecord> = {}): StageRecord {
  const trades = Array.from({ length: 200 }, (_, i) => ({
    closedMs: i,
    r: i % 5 < 3 ? 1 : -1,
    profit: i % 5 < 3 ? 10 : -10,
    approved: true,
    costOverModelBps: i % 2 === 0 ? 1 : -1,
  }));
  const dailyReturns = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? -0.002 : 0.003));
  const base = {
    fromMs: 0,
    toMs: 40 * DAY,
    trades,
    dailyReturns,
    drawdown: 0.02,
    replayed: 500,
    replayedEqual: 500,
    errors: 0,
  };
  return { ...base, ...change };
}

function input(change: Partial<StageRecord> = {}, more: Partial<GateInput> = {}): GateInput {
  return {
    settings: GATE_DEFAULTS,
    record: good(change),
    evidence: { ...FRESH_BETTING, logCapital: Math.log(3) },
    ...more,
  };
}

const named = (gate: ReturnType<typeof lookAtGate>, name: string) => gate.conditions.find((c) => c.name === name);

describe("the paper gate", () => {
  it("passes a record that meets every figure", () => {
    const look = lookAtGate("paper", input());
    expect(look.conditions.filter(({ outcome }) => outcome !== "pass")).toEqual([]);
    expect(look.outcome).toBe("pass");
  });

  it.each([
    ["too few trades", { trades: good().trades.slice(0, 99) }, "closed trades", "inconclusive"],
    ["too few days", { toMs: 29 * DAY }, "days", "inconclusive"],
    ["a poor Sharpe ratio", { dailyReturns: good().dailyReturns.map((r) => r - 0.0015) }, "Sharpe ratio", "fail"],
    ["too deep a drawdown", { drawdown: 0.0801 }, "drawdown", "fail"],
    [
      "too few wins",
      { trades: good().trades.map((t, i) => (i % 5 === 0 ? { ...t, profit: -1 } : t)) },
      "win rate",
      "fail",
    ],
    ["a decision that did not replay", { replayedEqual: 499 }, "decisions that replay", "fail"],
    ["no decision replayed", { replayed: 0, replayedEqual: 0 }, "decisions that replay", "inconclusive"],
    [
      "costs above their model",
      { trades: good().trades.map((t) => ({ ...t, costOverModelBps: (t.costOverModelBps ?? 0) + 1 })) },
      "cost above its model, bps",
      "fail",
    ],
    [
      "costs that nobody measured",
      { trades: good().trades.map(({ closedMs, r, profit, approved }) => ({ closedMs, r, profit, approved })) },
      "cost above its model, bps",
      "inconclusive",
    ],
  ] as const)("does not pass %s", (_, change, name, outcome) => {
    const look = lookAtGate("paper", input(change));
    expect(named(look, name)?.outcome).toBe(outcome);
    expect(look.outcome).toBe(outcome);
  });

  it("waits for evidence, and carries what there is", () => {
    const look = lookAtGate("paper", input({}, { evidence: { ...FRESH_BETTING, logCapital: -1 } }));
    expect(look.outcome).toBe("inconclusive");
    expect(look.evidence.count).toBe(250);
  });

  it("counts the trades of approved sessions and regimes alone", () => {
    const trades = good().trades.map((trade, i) => ({ ...trade, approved: i % 4 === 0 }));
    expect(named(lookAtGate("paper", input({ trades })), "closed trades")?.figure).toBe(50);
  });

  it("fails a drawdown at once, however short the record", () => {
    expect(lookAtGate("paper", input({ trades: [], drawdown: 0.2 })).outcome).toBe("fail");
  });
});

describe("the other gates", () => {
  it("need a verdict of the evaluation for research, and skill of a supervised model", () => {
    const research = { conditions: { "beats every baseline": true, "leak check": true } };
    expect(lookAtGate("research", input({}, { research })).outcome).toBe("pass");
    expect(lookAtGate("research", input({}, { research: { ...research, brierSkill: 0 } })).outcome).toBe("fail");
    expect(lookAtGate("research", input({}, { research: { conditions: { a: true, b: null } } })).outcome).toBe(
      "inconclusive",
    );
    expect(lookAtGate("research", input()).outcome).toBe("inconclusive");
  });

  it("send a shadow up that replays, errs never and is not worse than the champion", () => {
    const fit = { latencyP99Ms: 20, overChampion: [0.001, -0.001, 0.0005] };
    expect(lookAtGate("shadow", input(fit)).outcome).toBe("pass");
    expect(lookAtGate("shadow", input({ ...fit, errors: 1 })).outcome).toBe("fail");
    expect(lookAtGate("shadow", input({ ...fit, latencyP99Ms: 51 })).outcome).toBe("fail");
    expect(lookAtGate("shadow", input({ ...fit, overChampion: [-0.01, -0.011, -0.009] })).outcome).toBe("fail");
    expect(lookAtGate("shadow", input({ latencyP99Ms: 20 })).outcome).toBe("pass");
    expect(lookAtGate("shadow", input({ overChampion: fit.overChampion })).outcome).toBe("inconclusive");
  });

  it("send a canary live with strong evidence or with a person's signature, never past a tripwire", () => {
    const strong = { evidence: { ...FRESH_BETTING, logCapital: Math.log(40) } };
    expect(lookAtGate("canary", input({}, strong)).outcome).toBe("pass");
    const weak = { evidence: { ...FRESH_BETTING, logCapital: 0 } };
    expect(lookAtGate("canary", input({}, weak)).outcome).toBe("inconclusive");
    expect(lookAtGate("canary", input({}, { ...weak, accepted: true })).outcome).toBe("pass");
    expect(lookAtGate("canary", input({}, { ...strong, tripped: ["x"] })).outcome).toBe("fail");
  });

  it("take the break-even of a bracket where the rule says so", () => {
    const rule = { winRule: "break-even" as const };
    expect(requiredWinRate(rule, 0.52, { stop: 1, target: 2 })).toBeCloseTo(1 / 3 + 0.02, 12);
    expect(requiredWinRate(rule, 0.52, { stop: 1, target: 1 })).toBe(0.52);
    expect(requiredWinRate(rule, 0.52, undefined)).toBe(0.52);
    expect(requiredWinRate({ winRule: "absolute" }, 0.52, { stop: 1, target: 2 })).toBe(0.52);
  });

  it("have a fingerprint that any change of a figure changes, and refuse absurd ones", () => {
    const stricter = { ...GATE_DEFAULTS, paper: { ...GATE_DEFAULTS.paper, trades: 101 } };
    expect(gatesFingerprint(stricter)).not.toBe(gatesFingerprint(GATE_DEFAULTS));
    expect(() => checkGates(GATE_DEFAULTS)).not.toThrow();
    expect(() => checkGates({ ...GATE_DEFAULTS, paper: { ...GATE_DEFAULTS.paper, winRate: 52 } })).toThrow("win_rate");
  });
});

describe("figures of a record", () => {
  it("are what their definitions say", () => {
    // Mean 0.001, deviation of (0.003, -0.001) is 0.002828...
    expect(dailySharpe([0.003, -0.001])).toBeCloseTo((0.001 / Math.sqrt(8e-6)) * Math.sqrt(365), 10);
    expect(dailySharpe([0.1])).toBeNull();
    expect(pairedScore([1, 3])).toBe(2);
    const trade = { closedMs: 0, r: 1, profit: 1, approved: true };
    const costs = Array.from({ length: 10 }, (_, i) => ({ ...trade, costOverModelBps: i % 2 }));
    expect(costBound(costs)).toBeCloseTo(0.5 + (1.6448536269514722 * Math.sqrt(2.5 / 9)) / Math.sqrt(10), 10);
    expect(costBound(costs.slice(1))).toBeNull();
  });
});

const month = (change: Partial<StageRecord>, more: object = {}) =>
  answerToMonth({ look: lookAtMonth(input(change)), before: [], alarmed: false, multiplier: 1, ...more });
const poor = { dailyReturns: good().dailyReturns.map((r) => r - 0.0015) };

describe("the answer to a month", () => {
  it("is the mildest that the evidence supports", () => {
    expect(month({})).toBe(Answer.none);
    expect(month(poor)).toBe(Answer.halve);
    expect(month(poor, { before: ["fail"] })).toBe(Answer.paper);
    expect(month(poor, { alarmed: true })).toBe(Answer.paper);
    expect(month(poor, { culprit: "spot" })).toBe(Answer.pauseAsset);
    expect(month({ drawdown: 0.13 })).toBe(Answer.flatten);
    expect(month({}, { alarmed: true })).toBe(Answer.halve);
  });

  it("gives size back one step after two clean months", () => {
    expect(month({}, { multiplier: 0.25, before: ["fail"] })).toBe(Answer.none);
    expect(month({}, { multiplier: 0.25, before: ["pass"] })).toBe(Answer.raise);
    expect([0.25, 0.5, 1].map((m) => stepped(m, true))).toEqual([0.5, 1, 1]);
    expect([1, 0.5, 0.25, 0].map((m) => stepped(m, false))).toEqual([0.5, 0.25, 0, 0]);
  });

  it("hears of slow harm from its detectors", () => {
    const calm = new HarmDetectors(2);
    for (let day = 0; day < 200; day++) calm.day(day % 2 === 0 ? 1.1 : -0.9);
    expect(calm.alarmed).toBe(false);
    const falling = new HarmDetectors(2);
    for (let day = 0; day < 100; day++) falling.day(day % 2 === 0 ? 0.8 : -1.2);
    expect(falling.alarmed).toBe(true);
    const losing = new HarmDetectors(2);
    for (let trade = 0; trade < 400; trade++) losing.trade(trade % 3 === 0 ? 1 : -1);
    expect(losing.alarmed).toBe(true);
  });
});

const wires = () => new Tripwires(TRIPWIRE_DEFAULTS, 0.02);

describe("tripwires of a canary", () => {
  it.each([
    [{ kind: "equity", day: -0.0101, drawdown: 0 }, "day lost 1.01 %"],
    [{ kind: "equity", day: 0, drawdown: 0.041 }, "drawdown"],
    [{ kind: "replay", equal: false }, "replay"],
    [{ kind: "naked", ms: 5001 }, "without a stop"],
    [{ kind: "quote", ageMs: 2001 }, "quote"],
    [{ kind: "clock", skewMs: -1001 }, "clock"],
  ] as const)("go off at once: %o", (fact, words) => {
    expect(wires().feed(fact)).toContain(words);
  });

  it("take three deviations of a calm strategy for the day's limit", () => {
    expect(new Tripwires(TRIPWIRE_DEFAULTS, 0.001).feed({ kind: "equity", day: -0.0031, drawdown: 0 })).toContain(
      "0.30 %",
    );
  });

  it("count rejected orders and slow acknowledgements", () => {
    const some = wires();
    const fed = [true, false, true, false, true].map((rejected) => some.feed({ kind: "order", rejected }));
    expect(fed.map((words) => words !== undefined)).toEqual([false, false, false, false, true]);
    const slow = wires();
    for (let i = 0; i < 19; i++)
      expect(slow.feed({ kind: "order", rejected: false, acknowledgeMs: 5000 })).toBeUndefined();
    expect(slow.feed({ kind: "order", rejected: false, acknowledgeMs: 5 })).toContain("5000 ms");
  });

  it("need evidence for slippage, and find it", () => {
    const steady = wires();
    const shifted = wires();
    let alarm: string | undefined;
    for (let i = 0; i < 400; i++) {
      expect(steady.feed({ kind: "slippage", overModelBps: i % 2 === 0 ? 5 : -5 })).toBeUndefined();
      alarm ??= shifted.feed({ kind: "slippage", overModelBps: 3 + (i % 2 === 0 ? 5 : -5) });
    }
    expect(alarm).toContain("slippage");
  });
});
