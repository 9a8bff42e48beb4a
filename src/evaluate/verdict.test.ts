import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../core/index.ts";
import { syntheticTape } from "../market/index.ts";
import { BuyAndHold, Flat, SmaCross } from "../policy/index.ts";
import { type BaselineEvaluation, type Evaluation, evaluate, type TwinField } from "./evaluation.ts";
import { formatFigure, formatPrice, grouped } from "./format.ts";
import type { Statistics } from "./statistics/statistics.ts";
import { alignColumns, formatStatistics, formatTable } from "./table.ts";
import { run, settings } from "./testing/settings.ts";
import { verdict } from "./verdict.ts";

const tape = syntheticTape({ seed: 2, bars: 1_000, timeframe: parseTimeframe("1h") });
const config = settings({ takerFeeBps: 5, halfSpreadBps: 1 });
/** A baseline whose Sharpe ratio the policy's is above with this probability. */
function rival(evaluation: Evaluation, sharpeLead: number | null = 0.99): BaselineEvaluation {
  return { ...evaluation, sharpeLead, matchedReturn: null, superiority: null };
}

const sma = evaluate(await run(tape, new SmaCross({ fast: 10, slow: 30 }), config));
const hold = evaluate(await run(tape, new BuyAndHold(), config));
const flat = rival(evaluate(await run(tape, new Flat(), config)));

/** A run as it would be with other figures, on real data. */
function as(
  evaluation: Evaluation,
  figures: Partial<Statistics>,
  more: Partial<Evaluation["result"]> = {},
): BaselineEvaluation {
  return {
    sharpeLead: 0.99,
    matchedReturn: null,
    superiority: null,
    result: { ...evaluation.result, synthetic: false, ...more },
    statistics: { ...evaluation.statistics, ...figures },
  };
}

const good = {
  totalReturn: 0.4,
  sharpe: 2.5,
  probabilisticSharpe: 0.99,
  count: 200,
  trades: 150,
  skew: 0,
  kurtosis: 3,
} as const;

const coverage = (found: number) => ({ fundingCoverage: [{ symbol: "BTCUSDT", expected: 1_000, found }] });

/** Nineteen twins, of which so many are below `good` in return and in Sharpe ratio. */
function twins(inReturn: number, inSharpe: number): TwinField {
  return {
    totalReturns: Array.from({ length: 19 }, (_, i) => (i < inReturn ? 0.1 : 0.5)),
    sharpes: Array.from({ length: 19 }, (_, i) => (i < inSharpe ? 1 : 3)),
  };
}

describe("the verdict", () => {
  it("says plainly that a losing policy loses, and to whom", () => {
    const judged = verdict({
      policy: as(sma, { totalReturn: -0.1 }),
      baselines: [as(hold, { totalReturn: 0.2 }), flat],
    });
    expect(judged.standing).toBe("losing");
    expect(judged.headline).toBe("It does not make money after costs: -10.00 %.");
    expect(judged.sentences.join(" ")).toContain(
      "After costs it ends ahead of none of its baselines: buy-and-hold (+20.00 %) and flat (0.00 %).",
    );
    expect(judged.beats).toEqual({
      "buy-and-hold": { totalReturn: false, sharpe: expect.any(Boolean), matchedReturn: null, sharpeLead: 0.99 },
      flat: { totalReturn: false, sharpe: null, matchedReturn: null, sharpeLead: 0.99 },
    });
  });

  it("does not call a profit good that holding would have beaten", () => {
    const judged = verdict({ policy: as(sma, good), baselines: [as(hold, { totalReturn: 0.5 }), flat] });
    expect(judged.standing).toBe("beaten");
    expect(judged.headline).toBe("It made +40.00 % after costs, but buy-and-hold made more.");
    expect(judged.beatsAll).toBe(false);
  });

  it("does not call a profit good that a baseline made for less risk", () => {
    const judged = verdict({ policy: as(sma, good), baselines: [as(hold, { totalReturn: 0.1, sharpe: 3 }), flat] });
    expect(judged).toMatchObject({ standing: "beaten", beatsAll: false });
    expect(judged.beats["buy-and-hold"]).toMatchObject({ totalReturn: true, sharpe: false });
    expect(judged.headline).toBe(
      "It made +40.00 % after costs, more than its baselines, but not for the risk it took: buy-and-hold has a Sharpe ratio of 3.00, it has 2.50.",
    );
    const same = verdict({ policy: as(sma, good), baselines: [as(hold, { totalReturn: 0.4 })] });
    expect(same.headline).toBe("It made +40.00 % after costs, and buy-and-hold made the same.");
  });

  it("calls a short or uncertain sample what it is", () => {
    const baselines = [as(hold, { totalReturn: 0.1 }), flat];
    const short = verdict({ policy: as(sma, { ...good, count: 40 }), baselines });
    expect(short.standing).toBe("promising");
    expect(short.enoughData).toBe(false);
    expect(short.sentences.join(" ")).toContain("The sample is short: 40 daily returns and 150 trades");
    const uncertain = verdict({
      policy: as(sma, { ...good, probabilisticSharpe: 0.8, minimumTrackRecord: 640.2 }),
      baselines,
    });
    expect(uncertain.standing).toBe("promising");
    expect(uncertain.sentences.join(" ")).toContain(
      "The chance that its true Sharpe ratio is above 0 is 80.0 %; it would take 641 daily returns like these to reach 95 %.",
    );
  });

  it("says that a policy is better only where nothing speaks against it", () => {
    const poorer = as(hold, { totalReturn: 0.1, sharpe: 1 });
    const judged = verdict({ policy: as(sma, good), baselines: [poorer, flat], twins: twins(19, 19) });
    expect(judged).toMatchObject({ standing: "better", beatsAll: true, enoughData: true, probabilisticSharpe: 0.99 });
    expect(judged.headline).toBe(
      "It made +40.00 % after costs, and its lead over every baseline is unlikely to be luck.",
    );
    const text = judged.sentences.join(" ");
    expect(text).toContain("if this was the only thing tried");
    expect(text).toContain("above that of buy-and-hold, its hardest baseline, is 99.0 %.");
    expect(text).toContain(
      "19 made less and 19 have a lower Sharpe ratio (percentile 100 and 100). Chance alone puts one in 20 there.",
    );

    const unsure = [{ ...poorer, sharpeLead: 0.9 }, flat];
    expect(verdict({ policy: as(sma, good), baselines: unsure }).standing, "its lead may be luck").toBe("promising");
    const leveraged = [{ ...poorer, sharpeLead: null }, flat];
    expect(verdict({ policy: as(sma, good), baselines: leveraged }).standing, "nothing is known of it").toBe(
      "promising",
    );
  });

  it("counts among how many random twins a policy stands first, in return and in Sharpe ratio", () => {
    const baselines = [as(hold, { totalReturn: 0.1, sharpe: 1 }), flat];
    for (const [inReturn, inSharpe] of [
      [18, 19],
      [19, 18],
    ] as const) {
      const judged = verdict({ policy: as(sma, good), baselines, twins: twins(inReturn, inSharpe) });
      expect(judged.standing, "18 of 19 happens to one in ten without skill").toBe("promising");
      expect(judged.twins).toEqual({ count: 19, belowInReturn: inReturn, belowInSharpe: inSharpe });
      expect(judged.sentences.join(" ")).toContain("Its timing is not shown to be more than chance");
    }
    const idle = { totalReturns: Array<number>(19).fill(0), sharpes: Array<null>(19).fill(null) };
    expect(verdict({ policy: as(sma, good), baselines, twins: idle }).twins, "no variance is a ratio of 0").toEqual({
      count: 19,
      belowInReturn: 19,
      belowInSharpe: 19,
    });
    expect(verdict({ policy: as(sma, good), baselines }).twins).toBeNull();
  });

  it("concludes nothing good from bars that training has seen, and says so first", () => {
    const baselines = [as(hold, { totalReturn: 0.1, sharpe: 1 }), flat];
    const { timeMs, length } = sma.result.curve;
    const openMs = (row: number): number => timeMs[row] - sma.result.barMs;
    const part = verdict({ policy: as(sma, good), baselines, seenUntilMs: openMs(250) });
    expect(part.standing).toBe("in-sample");
    expect(part.inSample).toEqual({ seenUntilMs: openMs(250), share: 250 / (length - 1) });
    expect(part.headline).toBe("It made +40.00 % after costs on bars that its training has seen: that proves nothing.");
    expect(part.sentences[0]).toMatch(
      /^IN-SAMPLE: 25.0 % of the bars of this test were seen by training, which reached up to \d{4}-/,
    );
    const losing = verdict({ policy: as(sma, { totalReturn: -0.1 }), baselines, seenUntilMs: timeMs[length - 1] });
    expect(losing.standing, "what loses even there loses").toBe("losing");
    expect(losing.sentences[0]).toMatch(/^IN-SAMPLE: All bars of this test/);
    const clean = verdict({ policy: as(sma, good), baselines, seenUntilMs: openMs(1) - 1 });
    expect(clean).toMatchObject({ standing: "better", inSample: null });
    expect(clean.sentences.join(" ")).not.toContain("IN-SAMPLE");
  });

  it("says of a policy that holds little how it compares at the same exposure", () => {
    const little = as(sma, { ...good, totalReturn: 0.0137, averageExposure: 0.02 });
    const holding = { totalReturn: 0.5755, averageExposure: 1 };
    const fair = verdict({ policy: little, baselines: [{ ...as(hold, holding), matchedReturn: 0.0098 }] });
    expect(fair.headline).toBe(
      "It made +1.37 % after costs at an exposure of 0.02x, but buy-and-hold made +57.55 % at 1.00x; held as little as this it would have made +0.98 %.",
    );
    expect(fair.beats["buy-and-hold"]).toMatchObject({ totalReturn: false, matchedReturn: true });
    const behind = verdict({ policy: little, baselines: [{ ...as(hold, holding), matchedReturn: 0.02 }] });
    expect(behind.headline).toContain("and held as little as this still +2.00 %.");
    const same = verdict({
      policy: as(sma, { ...good, averageExposure: 0.9 }),
      baselines: [{ ...as(hold, holding), matchedReturn: 0.02 }],
    });
    expect(same.headline).toBe("It made +40.00 % after costs, but buy-and-hold made more.");
  });

  it("promotes only what meets every condition, and lists each with its figure", () => {
    const baselines = [as(hold, { totalReturn: 0.1, sharpe: 1 }), flat];
    const strong = { ...good, sharpe: 4 };
    const rung = (totalReturn: number) => [{ costMultiplier: 2, evaluation: as(sma, { totalReturn }) }];
    const whole = {
      policy: as(sma, strong),
      baselines,
      twins: twins(19, 19),
      ladder: rung(0.2),
      leak: { passed: true, faults: [] },
      trials: { looks: 2, searches: 0, searchTrials: 0, searchLooks: 0, total: 2, deviation: null },
    };
    const judged = verdict(whole);
    expect(judged).toMatchObject({ standing: "promotable", promotable: true, trials: 2, looks: 2 });
    expect(judged.conditions.map(({ met }) => met)).toEqual(Array(7).fill(true));
    expect(judged.headline).toContain("meets every condition of a promotion");
    const failing = (more: object): string[] =>
      verdict({ ...whole, ...more })
        .conditions.filter(({ met }) => met !== true)
        .map(({ name }) => name);
    expect(failing({ policy: as(sma, { ...strong, trades: 99 }) })).toEqual(["closed trades"]);
    expect(failing({ ladder: rung(-0.01) })).toEqual(["survives 2 times the costs"]);
    const lost = [{ costMultiplier: 2, evaluation: as(sma, { totalReturn: 0.2 }, { liquidated: true }) }];
    expect(failing({ ladder: lost }), "what is liquidated does not survive").toEqual(["survives 2 times the costs"]);
    expect(failing({ ladder: undefined })).toEqual(["survives 2 times the costs"]);
    expect(failing({ leak: { passed: false, faults: ["rsi14"] } })).toEqual(["passes the leak check"]);
    expect(failing({ leak: undefined })).toEqual(["passes the leak check"]);
    expect(failing({ overfitting: 0.3 })).toEqual(["probability of backtest overfitting"]);
    expect(failing({ overfitting: null })).toEqual(["probability of backtest overfitting"]);
    expect(failing({ overfitting: 0.2 })).toEqual([]);
    const many = { looks: 400, searches: 1, searchTrials: 50, searchLooks: 500, total: 900, deviation: 0.1 };
    expect(failing({ trials: many })).toEqual(["deflated Sharpe ratio"]);
    expect(verdict({ ...whole, trials: many }).standing, "too many tries").toBe("promising");
    const { leak: _unchecked, ...unproven } = whole;
    expect(verdict(unproven).standing).toBe("better");
  });

  it("names the search that a model's settings come from, and counts its trials", () => {
    const baselines = [as(hold, { totalReturn: 0.1, sharpe: 1 }), flat];
    const search = { study: "s1", trials: 40, best: 7, effectiveTrials: 12.5, sharpeDeviation: 2, looks: 400 };
    const judged = verdict({ policy: as(sma, good), baselines, search });
    expect(judged.trials).toBe(401);
    expect(judged.deflatedSharpe).toBeLessThan(0.1);
    const text = judged.sentences.join(" ");
    expect(text).toContain("Its settings are the best of 40 trials of the search s1, worth 12.50 independent ones.");
    expect(text).toContain("Counting all 401 trials on this market");
    expect(text).not.toContain("if this was the only thing tried");
  });

  it("says why nothing was traded, from what was wanted and refused", () => {
    const wanted = { hold: 10, flat: 0, long: 2_999, short: 0 };
    const refusals = { "risk.minNotional": 2_999, "exchange.refusedMargin": 3 };
    const idle = as(flat, {}, { wanted, refusals });
    const text = verdict({ policy: idle, baselines: [] }).sentences.join(" ");
    expect(text).toContain(
      "It wanted a position 2,999 times and got none: the position would have been below the venue's least order (risk.minNotional, 2,999 times)",
    );
    expect(text).toContain("A larger balance");
    const still = verdict({
      policy: as(flat, {}, { wanted: { hold: 5, flat: 7, long: 0, short: 0 }, refusals: {} }),
      baselines: [],
    });
    expect(still.sentences.join(" ")).toContain(
      "It wanted no position in any of its 12 decisions: 5 were to hold, 7 to be flat.",
    );
  });

  it("says what was asked for where less was tested, and why", () => {
    const cut = { askedFromMs: Date.UTC(2020, 0, 1), askedToMs: null, reasons: ["SOLUSDT begins 2020-08-11"] };
    expect(verdict({ policy: as(sma, good), baselines: [], cut }).sentences.join(" ")).toContain(
      "Asked for was 2020-01-01 to the end, tested was 2024-01-01 to 2024-02-11: SOLUSDT begins 2020-08-11.",
    );
  });

  it("tells of positions that were closed where the symbol had no bar", () => {
    const [none, one, three] = [0, 1, 3].map((closedWithoutBar) =>
      verdict({ policy: as(sma, good, { closedWithoutBar }), baselines: [] }).sentences.join(" "),
    );
    expect(none).not.toContain("carried over");
    expect(one).toContain("One position was closed at a price carried over from an earlier bar");
    expect(three).toContain("3 positions were closed at a price carried over");
  });

  it("names idleness, liquidation, costs that took everything, and synthetic data", () => {
    expect(verdict({ policy: as(flat, {}), baselines: [rival(hold)] })).toMatchObject({
      standing: "idle",
      headline: "It did not trade.",
    });
    const ruined = verdict({
      policy: as(sma, { ...good, totalReturn: -0.97 }, { liquidated: true }),
      baselines: [flat],
    });
    expect(ruined.headline).toBe("It lost the account: -97.00 % after costs.");
    expect(ruined.sentences.join(" ")).toContain("The account was liquidated");
    const eaten = verdict({ policy: as(sma, { ...good, totalReturn: -0.01, costShare: 1.2 }), baselines: [flat] });
    expect(eaten.sentences.join(" ")).toContain("costs took the whole profit before costs, and more");
    const free = verdict({ policy: as(sma, { ...good, fees: 0, slippage: 0 }), baselines: [] });
    expect(free).toMatchObject({ standing: "alone", beatsAll: false });
    expect(free.headline).toBe("It made +40.00 % after costs; nothing was run beside it.");
    expect(free.sentences.join(" ")).toContain("Fees and slippage were zero in this run");
    const paid = verdict({ policy: as(sma, { ...good, fees: 0, slippage: 0, funding: -24.5 }), baselines: [] });
    expect(paid.sentences.join(" ")).toContain("24.50 USDT of funding paid");
    const said = (found: number): string =>
      verdict({ policy: as(sma, good, coverage(found)), baselines: [] }).sentences.join(" ");
    expect(said(0)).toContain("No funding rates are known for BTCUSDT in this range");
    expect(said(600)).toContain("Funding is known in part only: 60.0 % of BTCUSDT");
    expect(said(950)).not.toMatch(/No funding rates|in part only/);
    expect(verdict({ policy: sma, baselines: [] }).sentences.join(" ")).toContain("These are synthetic data");
  });
});

describe("tables", () => {
  it("fit 80 columns, aligned, with n/a where a figure is undefined", () => {
    const lines = formatTable([sma, hold, flat]).split("\n");
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const ends = lines.map((line) => line.length);
    expect(new Set(ends).size, "the last column ends at one place").toBe(1);
    expect(lines[4]).toMatch(/^flat +0\.00 % +n\/a +0\.00 % +0 +n\/a +n\/a +0$/);
    const all = formatStatistics([sma, flat]);
    expect(all).toContain("Chance that Sharpe > 0 (PSR)");
    expect(all).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it("say why a figure is not there in place of a number that means nothing", () => {
    const few = { ...sma, statistics: { ...sma.statistics, days: 4, count: 5, annualReturn: 123_456_789.123 } };
    const text = formatStatistics([few]);
    expect(text).toMatch(/Return a year \(CAGR\) +n\/a/);
    expect(text).toMatch(/Sharpe ratio +n\/a/);
    expect(text).toContain("n/a: a run of 4.0 days can't be extrapolated to a year: that takes 30 days");
    expect(text).toContain("n/a: 5 daily returns are too few for it: that takes 20");
    expect(text).not.toMatch(/\d{9}/);
  });

  it("align by the widest cell of each column", () => {
    expect(alignColumns([["a", "1"], [], ["bbb", "22", "x"]])).toEqual(["a     1", "", "bbb  22  x"]);
  });

  it("write figures the same everywhere", () => {
    expect(grouped(-1_234_567.891, 2)).toBe("-1,234,567.89");
    expect(grouped(-0.001, 2)).toBe("0.00");
    expect(formatFigure(0.1234, "change")).toBe("+12.34 %");
    expect(formatFigure(12.5, "change")).toBe("+1,250 %");
    expect(formatFigure(1e9, "change")).toBe("> 100,000 %");
    expect(formatFigure(null, "ratio")).toBe("n/a");
    expect(formatFigure(Number.NaN, "ratio")).toBe("n/a");
    expect(formatFigure(120.4, "days")).toBe("120 d");
    expect([61_234.5, 3.4521, 0.4498, 0.00001234, 0].map(formatPrice)).toEqual([
      "61,234.50",
      "3.4521",
      "0.44980",
      "0.000012340",
      "0.00",
    ]);
  });
});
