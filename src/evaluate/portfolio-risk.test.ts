import { describe, expect, it } from "vitest";
import { Direction } from "../core/index.ts";
import { type HandBar, handTape, plainInstrument } from "../exchange/testing/hand-tape.ts";
import type { Policy } from "../policy/index.ts";
import { compareWithBaselines } from "./compare.ts";
import { portfolioRisk } from "./portfolio-risk.ts";
import { portfolioRiskCards, portfolioRiskLine, spanText } from "./report/portfolio-risk.ts";
import { settings } from "./testing/settings.ts";

/** Two symbols at two venues: A turns about by 1 % each hour, B by 2 % on the other foot, 100 units traded an hour. */
const wave = (price: number, size: number, t: number): HandBar => {
  const at = (k: number): number => price * (k % 2 === 0 ? 1 : 1 + size);
  return [at(t - 1), Math.max(at(t), at(t - 1)), Math.min(at(t), at(t - 1)), at(t), 100];
};
const A = plainInstrument({ takerFeeBps: 10 }, "AAAUSDT");
const B = { ...plainInstrument({ takerFeeBps: 10 }, "BBBUSDT"), venue: "other" };
const tape = handTape(
  [A, B],
  Array.from({ length: 60 }, (_, t) => [wave(100, 0.01, t), wave(50, -0.02, t)]),
);
/** From bar 40 on 0.6 of equity long of A, from bar 50 on 0.3 short of B. */
const pair: Policy = {
  name: "pair",
  reset: () => {},
  decide: ({ bar }, intents) => {
    if (bar === 40) [intents.direction[0], intents.size[0]] = [Direction.long, 0.6];
    if (bar === 50) [intents.direction[1], intents.size[1]] = [Direction.short, 0.3];
  },
};
const config = settings({ takerFeeBps: 10 }, { stressMove: 0.3 });
const compared = await compareWithBaselines({
  tape,
  policy: pair,
  config,
  balance: 10_000,
  seed: 1,
  from: 30,
  baselines: [],
});
const risk = compared.risk ?? undefined;

describe("what a run puts at risk", () => {
  it("is measured at every close at which something was held: parts that sum to the whole, a mean beside the worst", () => {
    expect(risk?.closes, "from the fill in bar 41 to the last but one, 58").toBe(18);
    const parts = risk?.parts ?? [];
    expect(parts.reduce((sum, { component }) => sum + component, 0)).toBeCloseTo(risk?.valueAtRisk ?? 0, 12);
    expect(parts.reduce((sum, { meanComponent }) => sum + meanComponent, 0)).toBeCloseTo(
      risk?.meanValueAtRisk ?? 0,
      12,
    );
    // The two go against each other wholly: long of one and short of the other doubles the risk. The deviation of 24 turns of
    // log(1.01) up and down is that times sqrt(24 / 23); in a day sqrt(24) of it.
    const [a, b] = parts;
    expect(a.volatility).toBeCloseTo(Math.log(1.01) * Math.sqrt(24 / 23) * Math.sqrt(24), 9);
    const whole = a.weight * a.volatility - b.weight * b.volatility;
    expect(risk?.valueAtRisk).toBeCloseTo(2.3263478740408408 * whole, 6);
    expect(a.component).toBeCloseTo(2.3263478740408408 * a.weight * a.volatility, 6);
  });

  it("tells the time and the cost of closing at a share of the volume that was traded", () => {
    const [a, b] = risk?.exits ?? [];
    // 100 units an hour of A at about 100 are 10,000; a tenth of it closes 6,000 in 6 hours.
    expect(a.bars).toBeCloseTo(a.notional / (0.1 * 100 * tape.close[tape.timeMs.indexOf(a.atMs - tape.barMs) * 2]), 9);
    expect(a.bars).toBeGreaterThan(5.9);
    expect(a.shareOfDay).toBeCloseTo((a.bars ?? 0) / 240, 9);
    const [deviation] = risk?.parts.map(({ volatility }) => volatility) ?? [];
    expect(a.cost).toBeCloseTo(0.001 + 0.7 * deviation * Math.sqrt(a.shareOfDay ?? 0), 9);
    expect(risk?.exit.bars).toBe(Math.max(a.bars ?? 0, b.bars ?? 0));
    expect(risk?.exit.costOfEquity).toBeGreaterThan(a.costOfEquity);
  });

  it("tells what stands at each venue, and what a move of all prices costs in the worse direction", () => {
    expect(risk?.venues.map(({ venue, symbols }) => [venue, symbols])).toEqual([
      [A.venue, ["AAAUSDT"]],
      ["other", ["BBBUSDT"]],
    ]);
    expect(risk?.venues[0].greatest).toBeCloseTo(0.6, 1);
    expect(risk?.venues[1].mean, "held at eight of the eighteen closes").toBeCloseTo((0.3 * 8) / 18, 1);
    expect(
      risk?.moves.map(({ move }) => move),
      "the configured one among them",
    ).toEqual([0.05, 0.1, 0.2, 0.3, 0.5]);
    const [, tenth] = risk?.moves ?? [];
    expect(tenth.greatest, "A alone, before B hedged it").toBeCloseTo((risk?.venues[0].greatest ?? 0) * 0.1, 9);
    expect(tenth.allAgainst).toBeGreaterThan(0.085);
  });

  it("stands in the report and on the terminal", () => {
    const html = portfolioRiskCards(compared);
    for (const text of [
      "Value at risk by position",
      "Time and cost to close",
      "Exposure by venue",
      "All together",
      "30.00 %",
    ])
      expect(html, text).toContain(text);
    expect(portfolioRiskLine(compared)).toMatch(
      /^value at risk of a day at 99 %: up to \d.*all can be closed in 6\.\d h/,
    );
  });

  it("is nothing where nothing was held", async () => {
    const idle = { ...pair, decide: () => {} };
    const none = await compareWithBaselines({ tape, policy: idle, config, balance: 10_000, seed: 1, baselines: [] });
    expect(none.risk).toBeNull();
    expect([portfolioRiskCards(none), portfolioRiskLine(none)]).toEqual(["", undefined]);
    expect(portfolioRisk(none.policy.result, tape, config)).toBeNull();
  });

  it("gives spans in the unit that their size deserves", () => {
    const spans = [null, 0, 30_000, 300_000, 7_200_000, 200_000_000];
    expect(spans.map(spanText)).toEqual(["n/a", "0", "< 1 min", "5.0 min", "2.0 h", "2.3 d"]);
  });
});
