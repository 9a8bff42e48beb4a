import { beforeEach, describe, expect, it } from "vitest";
import { clearIntents, Direction, defaultInstrument, intentColumns, parseTimeframe } from "../../core/index.ts";
import { createTape } from "../../market/index.ts";
import { Permission } from "../../risk/index.ts";
import type { ModelManifest } from "../model-file.ts";
import type { DecisionContext } from "../policy.ts";
import { Classifier } from "./classifier.ts";
import { ClassifierPolicy } from "./classifier-policy.ts";
import type { EdgeRule } from "./edge-rule.ts";

const BARS = 160;
const ALL = Permission.flat | Permission.long | Permission.short;
const RULE: EdgeRule = {
  classMoves: [-1, 1],
  horizon: 4,
  costBps: [20],
  marginBps: 0,
  kelly: 0.1,
  largest: 1,
  bracket: { upper: 1.5, lower: 0.5 },
};

/** A market that moves by exactly one per cent a bar, up and down. */
const TAPE = createTape([defaultInstrument("AUSDT")], parseTimeframe("1h"), BARS);
TAPE.bars = BARS;
for (let t = 0; t < BARS; t++) {
  TAPE.present[t] = 1;
  TAPE.close[t] = t % 2 === 0 ? 100 : 100 * Math.exp(0.01);
}
/** One feature, the score itself. */
const CLASSIFIER = new Classifier({
  features: 1,
  classes: 2,
  calibration: { kind: "none" },
  model: { kind: "linear", intercept: 0, coefficients: [1] },
});
const MANIFEST = { instruments: TAPE.instruments, barMs: TAPE.barMs } as unknown as ModelManifest;

let scores = new Float32Array(BARS);
let position = 0;
let entryBar = -1;
let permission: number = ALL;
const intents = intentColumns(1);

function contextAt(bar: number): DecisionContext {
  const desk = { position: () => position, entryBar: () => entryBar };
  return { tape: TAPE, desk, bar, permissions: Uint8Array.of(permission) } as unknown as DecisionContext;
}

function begun(): ClassifierPolicy {
  const rows = { firstBar: 0, at: (bar: number) => scores.subarray(bar, bar + 1) };
  const policy = new ClassifierPolicy("m@1", MANIFEST, "folder", CLASSIFIER, RULE, rows);
  policy.reset(contextAt(policy.firstBar));
  return policy;
}

function decide(policy: ClassifierPolicy, bar: number): number {
  clearIntents(intents);
  policy.decide(contextAt(bar), intents);
  return intents.direction[0];
}

beforeEach(() => {
  scores = new Float32Array(BARS);
  position = 0;
  entryBar = -1;
  permission = ALL;
});

describe("a classifier as a policy", () => {
  it("puts stop and target on the sides that its label had", () => {
    // Over four bars of one per cent the usual move is two per cent.
    const policy = begun();
    scores[120] = 2;
    expect(decide(policy, 120)).toBe(Direction.long);
    expect(intents.stopDistance[0]).toBeCloseTo(0.01, 12);
    expect(intents.targetDistance[0]).toBeCloseTo(0.03, 12);
    expect(intents.maxBars[0]).toBe(4);
    expect(intents.size[0]).toBeGreaterThan(0);
    scores[121] = -2;
    expect(decide(policy, 121)).toBe(Direction.short);
    expect(intents.stopDistance[0]).toBeCloseTo(0.03, 12);
    expect(intents.targetDistance[0]).toBeCloseTo(0.01, 12);
  });

  it("asks for nothing that it may not have, and closes what would have to turn", () => {
    const policy = begun();
    permission = Permission.flat | Permission.long;
    scores.fill(-2);
    expect(decide(policy, 120)).toBe(Direction.hold);
    position = 1;
    expect(decide(policy, 121)).toBe(Direction.flat);
  });

  it("holds for its horizon after the last reason, and no longer", () => {
    const policy = begun();
    scores[120] = 2;
    decide(policy, 120);
    position = 1;
    entryBar = 121;
    expect([121, 122, 123, 124].map((bar) => decide(policy, bar))).toEqual([
      Direction.hold,
      Direction.hold,
      Direction.hold,
      Direction.flat,
    ]);
  });

  it("counts what it finds held at its start from the entry", () => {
    position = 1;
    entryBar = 97;
    const policy = begun();
    expect(decide(policy, 100)).toBe(Direction.hold);
    expect(decide(policy, 101)).toBe(Direction.flat);
  });

  it("reads no later row than the bar's", () => {
    scores.fill(2, 121);
    expect(decide(begun(), 120)).toBe(Direction.hold);
  });

  it("refuses to begin before its history, and on other symbols", () => {
    const policy = begun();
    expect(() => policy.reset(contextAt(policy.firstBar - 1))).toThrow("can decide from bar 97");
    const other = { ...TAPE, instruments: [defaultInstrument("BUSDT")] };
    expect(() => policy.reset({ ...contextAt(120), tape: other })).toThrow("trades AUSDT");
  });
});
