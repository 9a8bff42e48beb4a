import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { everyday } from "../../core/testing/nightly.ts";
import { GATE_DEFAULTS, type GateSettings } from "../gates/settings.ts";
import { passPaperGate, simulateJourneys } from "./simulate.ts";
import type { Strategy } from "./strategy.ts";

type Row = { readonly SR: number } & Readonly<Record<string, { readonly p: number } | number>>;
const { sequential } = JSON.parse(
  readFileSync(new URL("../testing/gates-by-luck.fixture.json", import.meta.url), "utf8"),
) as { readonly sequential: readonly Row[] };

const PATHS = everyday(50);
/** Trades, Sharpe ratio, drawdown and win rate alone. */
const FOUR_FIGURES: GateSettings = { ...GATE_DEFAULTS, paper: { ...GATE_DEFAULTS.paper, days: 0, evidence: 0 } };
const WITH_EVIDENCE: GateSettings = { ...FOUR_FIGURES, paper: { ...FOUR_FIGURES.paper, evidence: 4 } };

function strategy(sharpe: number): Strategy {
  return { payoff: "t4", sharpe, tradesPerDay: 5, risk: 0.005 };
}

function reference(sharpe: number, gate: string): number {
  const cell = sequential.find(({ SR }) => SR === sharpe)?.[gate];
  if (cell === undefined || typeof cell === "number") throw new Error(`no reference for ${gate}`);
  return cell.p;
}

describe("the paper gate against strategies of a known worth", () => {
  it.each([
    [0, "user, looked at every day", FOUR_FIGURES],
    [3, "user + e>=4, every day", WITH_EVIDENCE],
  ] as const)("lets a Sharpe ratio of %d through as often as the reference says: %s", (sharpe, gate, settings) => {
    const options = { paths: PATHS, days: 365, everyDays: 1, seed: 5 };
    const { passed } = passPaperGate(strategy(sharpe), settings, options);
    const p = reference(sharpe, gate);
    // Four standard errors of the two simulations together.
    expect(Math.abs(passed - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / PATHS) + 0.01);
  });
});

describe("the way from candidate to live", () => {
  const options = { paths: 20, days: 300, seed: 6 };

  it("is open to the good, and nearly closed to those without an edge", () => {
    const good = simulateJourneys(strategy(5), GATE_DEFAULTS, options);
    const idle = simulateJourneys(strategy(0), GATE_DEFAULTS, options);
    const live = (journeys: typeof good) => journeys.filter(({ liveOn }) => liveOn !== null).length / options.paths;
    expect(live(good)).toBeGreaterThan(0.4);
    expect(live(idle)).toBeLessThan(0.1);
    // Thirty days of paper, seven of shadow and fourteen of canary are the least.
    for (const { liveOn } of good) expect(liveOn ?? 300).toBeGreaterThanOrEqual(51);
  });

  it("leads down again when a strategy breaks", () => {
    const broken = simulateJourneys(strategy(6), GATE_DEFAULTS, {
      ...options,
      days: 360,
      damage: { fromDay: 220, sharpe: -4 },
    });
    const wereLive = broken.filter(({ liveOn }) => liveOn !== null && liveOn < 220);
    expect(wereLive.length).toBeGreaterThan(4);
    expect(wereLive.filter(({ ended }) => ended === "live")).toEqual([]);
  });
});
