/** Two trained models in one account, each with symbols of its own: replayed, on paper and live at the local venue. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../core/index.ts";
import { backtest } from "../../evaluate/index.ts";
import { releaseModel } from "../../policy/index.ts";
import { type Entry, foldJournal, JOURNAL_FILE, SqliteJournal } from "../../trade/index.ts";
import { changedConfig } from "../config/changed.ts";
import type { AppContext } from "../context.ts";
import { rowsBetween } from "../data/range.ts";
import { openModel } from "../models/open.ts";
import { type LocalMarket, openLocalMarket } from "../testing/local-market.ts";
import { replayStored } from "./replay.ts";
import { reproduceSession } from "./reproduce.ts";
import { liveSession, paperSession } from "./sessions.ts";
import { stateFolder } from "./settings.ts";

const OWN = { first: "BTCUSDT", second: "ETHUSDT" } as const;
const MODELS = Object.keys(OWN) as Array<keyof typeof OWN>;
const SPEED = 7_200;
/** Bars that a session decides on before it is stopped. */
const BARS = 8;

let market: LocalMarket;
beforeAll(async () => {
  market = await openLocalMarket(
    MODELS.map((name) => ({ "model.name": name, "data.symbols": [OWN[name]] })),
    {
      "venue.speed": SPEED,
      "venue.balance": "100000",
      "backtest.initial_balance": 100_000,
      // A size that the account's other profits and losses don't change: then each trades as it would alone.
      "sizing.scheme": "schedule",
      "sizing.schedule": [[0, 1, 2_000]],
      "trade.live": true,
      "trade.max_total_notional": 50_000,
      "trade.daily_loss": 0,
      "trade.max_drawdown": 0,
      "trade.rapid_decline": 0,
    },
  );
});
afterAll(() => market.close());

function entriesOf(session: string): Entry[] {
  const journal = new SqliteJournal(join(stateFolder(market.config), session, JOURNAL_FILE), { readOnly: true });
  const entries = [...journal.read(0)].map(({ entry }) => entry);
  journal.close();
  return entries;
}

/** Whose decisions and orders are about which symbols. */
function ownership(entries: readonly Entry[]): string[] {
  const found = entries.flatMap((entry) => {
    if (entry.kind === "decision") return (entry.why?.symbols ?? []).map(({ symbol }) => `${entry.strategy} ${symbol}`);
    return entry.kind === "intent" ? [`${entry.strategy} ${entry.request.symbol}`] : [];
  });
  return [...new Set(found)].sort();
}
/** A strategy is called by its model and version. */
const EACH_ITS_OWN = MODELS.map((name) => `${name}-1 ${OWN[name]}`);

/** A session of both that is ended after some bars. */
async function run(begin: (context: AppContext) => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  let bars = 0;
  const { context } = market.context({
    signal: stop.signal,
    note: (text) => {
      if (text.includes("equity") && !text.includes("missed") && ++bars === BARS) stop.abort();
    },
  });
  await begin(context);
}

describe("two trained models in one account", () => {
  it("trade in a replay what each trades in its own backtest, fill by fill", async () => {
    const { context } = market.context();
    const range = { from: "2024-04-10", to: "2024-04-20" };
    const { session } = await replayStored(context, { models: MODELS, name: "both" }, range);
    const entries = entriesOf(session);
    expect(ownership(entries)).toEqual(EACH_ITS_OWN);
    for (const name of MODELS) {
      const symbol = OWN[name];
      const played = entries.flatMap((entry) =>
        entry.kind === "broker" && entry.event.kind === "execution" && entry.event.execution.symbol === symbol
          ? [entry.event.execution]
          : [],
      );
      const config = changedConfig(market.config, { "data.symbols": [symbol] });
      const { model, tape, policy, decision, seed } = await openModel(market.context().context, config, name);
      const rows = rowsBetween(tape, range, { from: 0, to: tape.bars });
      const tested = await backtest({ tape, policy, config: decision, ...rows, balance: 100_000, seed });
      await releaseModel(model);
      const fills = tested.fills.map(({ tsMs, lots, price }) => [tsMs, lots > 0 ? "buy" : "sell", price]);
      expect(fills.length, name).toBeGreaterThan(10);
      expect(
        played.filter(({ kind }) => kind !== "funding").map(({ timeMs, side, price }) => [timeMs, side, Number(price)]),
        name,
      ).toEqual(fills);
    }
  });

  it("decide each for its own symbol on paper, and every decision is made again from the journal", async () => {
    await run((context) => paperSession(context, { models: MODELS, name: "both" }));
    const entries = entriesOf("paper/both");
    expect(ownership(entries)).toEqual(EACH_ITS_OWN);
    const again = await reproduceSession(market.context().context, "paper/both");
    expect(again.decisions).toBeGreaterThanOrEqual(2 * BARS);
    expect([again.equal, again.first]).toEqual([again.decisions, undefined]);
  });

  it("trade live at the venue: orders bear their strategy, and journal and venue agree", async () => {
    await run((context) =>
      liveSession(
        context,
        { models: MODELS, name: "both" },
        { acceptUnpromotedRisk: true, confirm: ({ phrase }) => Promise.resolve(phrase) },
      ),
    );
    const entries = entriesOf("live/both");
    expect(ownership(entries)).toEqual(EACH_ITS_OWN);
    const again = await reproduceSession(market.context().context, "live/both");
    expect([again.equal, again.first]).toEqual([again.decisions, undefined]);
    const journal = new SqliteJournal(join(stateFolder(market.config), "live/both", JOURNAL_FILE), { readOnly: true });
    const { positions, orders } = foldJournal(journal);
    journal.close();
    const audit = market.venue.venue.control({ action: "audit", account: "1" }) as {
      readonly orders: ReadonlyArray<{ readonly orderLinkId: string; readonly symbol: string }>;
      readonly positions: ReadonlyArray<{ readonly symbol: string; readonly size: string; readonly side: string }>;
    };
    const ours = audit.orders.filter(({ orderLinkId }) => orderLinkId !== "");
    expect(ours.length).toBeGreaterThan(0);
    expect(new Set(ours.map(({ orderLinkId }) => orderLinkId)).size).toBe(ours.length);
    for (const { orderLinkId, symbol } of ours)
      expect(`${orders[orderLinkId].strategy} ${symbol}`).toBeOneOf(EACH_ITS_OWN);
    const held = audit.positions
      .filter(({ size }) => Number(size) > 0)
      .map(({ symbol, size, side }) => [symbol, side === "Sell" ? -Number(size) : Number(size)]);
    expect(canonicalJson(Object.fromEntries(held))).toBe(
      canonicalJson(Object.fromEntries(Object.entries(positions).map(([s, { quantity }]) => [s, Number(quantity)]))),
    );
  });
});
