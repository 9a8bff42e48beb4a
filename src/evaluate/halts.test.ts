import { describe, expect, it } from "vitest";
import { DAY_MS, Direction } from "../core/index.ts";
import { oneSymbolTape, still } from "../exchange/testing/hand-tape.ts";
import type { Policy } from "../policy/index.ts";
import { Permission } from "../risk/index.ts";
import { evaluate } from "./evaluation.ts";
import type { BacktestResult } from "./record.ts";
import { haltsCard } from "./report/halts.ts";
import { run, settings } from "./testing/settings.ts";
import { verdict } from "./verdict.ts";

/** Wants to be long wherever it may open, and leaves as soon as it may not. It never asks for what it would not get. */
const careful: Policy = {
  name: "careful",
  reset: () => {},
  decide: ({ bar, desk, permissions }, intents) => {
    const mayShort = (permissions[0] & Permission.short) !== 0;
    if (desk.position(0) === 0 && mayShort) intents.direction[0] = Direction.long;
    else if (desk.position(0) !== 0 && bar >= 4) intents.direction[0] = Direction.flat;
    intents.size[0] = 1;
  },
};

const fall = oneSymbolTape([...[100, 100, 100].map(still), [100, 100, 70, 70], ...[70, 75, 75, 75].map(still)]);

function told(result: BacktestResult): string {
  return verdict({ policy: evaluate(result), baselines: [] }).sentences.join("\n");
}

describe("a limit that leaves nothing but closing", () => {
  it("is told with when, how far from the peak, and what became of what was held, though nothing was refused", async () => {
    const result = await run(fall, careful, settings({}, { maxDrawdown: 0.2 }));
    // Long 100 at 100; equity is 7,000 at the close of bar 3; asked to close at bar 4, sold at the open of bar 5 for 75.
    expect(result.fills.map(({ bar, quantity, price }) => [bar, quantity, price])).toEqual([
      [1, 100, 100],
      [5, -100, 75],
    ]);
    expect(result.refusals, "one for each of the decisions at bars 3 to 6").toEqual({ "withheld.maxDrawdown": 4 });
    const only = { code: "maxDrawdown", fromMs: 4 * fall.barMs, toMs: 7 * fall.barMs, bars: 4 };
    const begun = { ...only, equity: 7_000, drawdown: -(1 - 0.7) };
    expect(result.halts).toEqual({ maxDrawdown: { stretches: 1, bars: 4, first: [begun], last: begun } });
    expect(told(result)).toContain(
      "At 1970-01-01 04:00 UTC the greatest drawdown was reached (risk.maxDrawdown; 7,000.00 USDT, -30.00 % from the peak): " +
        "only closing was allowed for the 4 bars to the end of the test. " +
        "Held then: AAAUSDT long, closed 1970-01-01 05:00 at 75.0000 by its own decision (-2,500.00 USDT).",
    );
    const card = haltsCard({ policy: evaluate(result), baselines: [] });
    for (const text of ["1970-01-01 04:00", "the end", "risk.maxDrawdown", "closed 1970-01-01 05:00"])
      expect(card).toContain(text);
  });

  it("counts what was asked for all the same as refused, and the rest as withheld", async () => {
    const stubborn: Policy = {
      name: "stubborn",
      reset: () => {},
      decide: ({ bar }, intents) => {
        if (bar < 3) intents.direction[0] = Direction.long;
        else if (bar === 3) intents.direction[0] = Direction.flat;
        else if (bar === 5) intents.direction[0] = Direction.short;
        intents.size[0] = 1;
      },
    };
    const { refusals } = await run(fall, stubborn, settings({}, { maxDrawdown: 0.2 }));
    expect(refusals).toEqual({ "risk.maxDrawdown": 1, "withheld.maxDrawdown": 3, "risk.withinBand": 2 });
  });

  it("tells each day's loss as a stretch of its own, and says how often it struck", async () => {
    // Prices fall by 10 % at noon of each day: from the close of that bar to midnight nothing may be opened.
    const days = oneSymbolTape(
      Array.from({ length: 72 }, (_, hour) => still(100 * 0.9 ** Math.floor((hour + 12) / 24))),
    );
    const holder: Policy = {
      name: "holder",
      reset: () => {},
      decide: ({ permissions }, intents) => {
        if ((permissions[0] & Permission.long) !== 0) intents.direction[0] = Direction.long;
        intents.size[0] = 1;
      },
    };
    const result = await run(days, holder, settings({}, { dailyLoss: 0.05 }));
    const { dailyLoss } = result.halts;
    expect(dailyLoss?.stretches).toBe(3);
    expect(dailyLoss?.first.map(({ fromMs }) => fromMs % DAY_MS)).toEqual(
      [13, 13, 13].map((hour) => hour * days.barMs),
    );
    expect(dailyLoss?.bars).toBe(11 + 11 + 11);
    expect(told(result)).toContain(
      "It struck 3 times, for 33 bars in all; the last time at 1970-01-03 13:00 UTC, for the 11 bars to the end of the test.",
    );
  });

  it("is told of a run that may never open anything", async () => {
    const result = await run(fall, careful, settings({}, { closeOnly: true }));
    expect(told(result)).toContain("close-only is set (risk.closeOnly");
    expect(told(result)).toContain("Nothing was held then.");
    expect(result.refusals).toEqual({ "withheld.closeOnly": 7 });
  });

  it("leaves a run without such limits as it was: no stretch, no count, no word", async () => {
    const result = await run(fall, careful);
    expect([result.halts, result.refusals]).toEqual([{}, {}]);
    expect(told(result)).not.toContain("only closing");
    expect(haltsCard({ policy: evaluate(result), baselines: [] })).toBe("");
  });
});
