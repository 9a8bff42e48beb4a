import { expect, test } from "vitest";
import {
  defaultInstrument,
  HOUR_MS,
  type InstrumentKind,
  parseTimeframe,
  SimulatedClock,
  TidemarkError,
} from "../../core/index.ts";
import type { CandleRow } from "../../market/index.ts";
import type { MarketFeed } from "../../trade/index.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { beginningRows } from "./history.ts";
import type { SessionMember } from "./members.ts";

const timeframe = parseTimeframe("1h");
const NOW_MS = Date.UTC(2025, 0, 6, 12);

function rows(fromMs: number, toMs: number, price: number): CandleRow[] {
  return Array.from({ length: (toMs - fromMs) / HOUR_MS }, (_, i) => {
    return [fromMs + i * HOUR_MS, price, price, price, price, 1];
  });
}

/** Bars at 100, marks at 90; `lacking` are open times of which the venue tells no mark. */
function feedOf(marks: "all" | "refused" | "none", lacking: readonly number[] = []): MarketFeed {
  return {
    name: "told",
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    bars: ({ fromMs, toMs }) => Promise.resolve(rows(fromMs, toMs, 100)),
    ...(marks === "none"
      ? {}
      : {
          marks: ({ fromMs, toMs }) =>
            marks === "refused"
              ? Promise.reject(new TidemarkError("VENUE_REJECTED", { what: "it has none" }))
              : Promise.resolve(rows(fromMs, toMs, 90).filter(([openMs]) => !lacking.includes(openMs))),
        }),
    funding: () => Promise.resolve([]),
    serverTimeMs: () => Promise.resolve(NOW_MS),
  };
}

async function begun(kinds: readonly InstrumentKind[], feed: MarketFeed, markPrice = true) {
  const overrides = [{ path: "data.mark_price", value: markPrice, source: "--flag" }];
  const config = loadConfig({ path: undefined, workingFolder: "/nowhere", overrides });
  const { context, said } = quietContext("/nowhere", () => config);
  const members = kinds.map((kind, i) => ({
    timeframe,
    needBars: 10,
    selection: [],
    instruments: [defaultInstrument(`S${i}USDT`, { kind })],
  })) as unknown as SessionMember[];
  const tapes = await beginningRows(context, config, members, feed, new SimulatedClock(NOW_MS));
  return { tapes, said: said.slice(1) };
}

test("a session begins on rows with the marks of its contracts on margin", async () => {
  const { tapes, said } = await begun(["spot", "perpetual"], feedOf("all"));
  expect(tapes.map(({ markLow }) => [...new Set(markLow)])).toEqual([[100], [90]]);
  expect(said).toEqual([]);
});

test("bars without a mark have their own prices, and how many have one is said", async () => {
  const { tapes, said } = await begun(["perpetual"], feedOf("all", [NOW_MS - HOUR_MS]));
  expect([...(tapes[0].markLow ?? [])].slice(-3)).toEqual([90, 90, 100]);
  expect(said).toEqual(["Mark prices of 59 of 60 bars: margin and liquidation go by the last price in the others."]);
});

test.each([
  [
    "a venue that refuses them",
    "refused",
    "told tells no mark prices (it has none): margin and liquidation go by the last price.",
  ],
  ["a feed that knows of none", "none", "told tells no mark prices: margin and liquidation go by the last price."],
] as const)("rows have no marks with %s, which is said", async (_, marks, text) => {
  const { tapes, said } = await begun(["perpetual"], feedOf(marks));
  expect([tapes[0].markLow, said]).toEqual([undefined, [text]]);
});

test("nobody is asked for marks of what is held outright, or where the configuration leaves them out", async () => {
  const [held, left] = [await begun(["spot"], feedOf("refused")), await begun(["perpetual"], feedOf("refused"), false)];
  expect([held.tapes[0].markLow, held.said, left.tapes[0].markLow, left.said]).toEqual([undefined, [], undefined, []]);
});
