import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { backtest, contextTrades, type FoldRecord, joinFolds } from "../../evaluate/index.ts";
import { ContextPolicy, readManifest } from "../../policy/index.ts";
import { changedConfig } from "../config/changed.ts";
import { openTape } from "../data/market.ts";
import { openModel } from "../models/open.ts";
import { quietContext } from "../testing/context.ts";
import { plantedConfig } from "../testing/planted-market.ts";
import { trainClassifier } from "../training/classifier.ts";
import { approveContexts, judgedLater } from "./contexts.ts";
import { objective, walkModule } from "./fold.ts";
import { planWalk, type Walked } from "./run.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-contexts-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const config = plantedConfig(FOLDER, { "model.name": "held" });
const { context } = quietContext(FOLDER, () => config);

const cell = (name: string, n: number, mean: number) => ({ name, n, sum: n * mean, squares: n * (mean ** 2 + 1e-4) });

describe("the approval of contexts", () => {
  it("is judged by windows that it has not seen: a cell that was good and is bad now counts", () => {
    const good = [cell("Asia/range", 100, 0.004), cell("US/range", 100, -0.004), cell("Europe/range", 100, 0.004)];
    const bad = [cell("Asia/range", 10, -0.01), cell("US/range", 10, 0.02), cell("evening/none", 5, 0.03)];
    const { chosen, all } = judgedLater([good, bad]);
    // "evening/none" was never seen and has the verdict of all together.
    expect(chosen.trades).toBe(15);
    expect(chosen.mean).toBeCloseTo((10 * -0.01 + 5 * 0.03) / 15, 12);
    expect(all).toMatchObject({ trades: 25 });
    expect(judgedLater([good]).all).toEqual({ trades: 0, mean: 0 });
  });

  it("of a model makes a version that opens positions there alone, in every test and session", async () => {
    await trainClassifier(context, config);
    const own = await openModel(context, config, "held/1");
    const rows = { from: own.unseen.from, to: own.unseen.to };
    const free = await backtest({ ...own, config: own.decision, ...rows, balance: 10_000, seed: 1 });
    const trades = contextTrades(free, own.tape);
    expect(trades.reduce((sum, { n }) => sum + n, 0)).toBe(free.trades.length);
    const fold = {
      index: 0,
      returns: [],
      timesMs: [],
      testFromMs: 0,
      testToMs: own.tape.timeMs[rows.to - 1],
      periodsPerYear: 365,
    };
    // One session is made a bad one.
    const contexts = [...new Set(trades.map(({ name }) => name.split("/")[0]))].map((session) =>
      cell(`${session}/range`, 200, session === "Asia" ? -0.01 : 0.01),
    );
    const walk = joinFolds([{ ...fold, contexts } as unknown as FoldRecord]);
    const walked = { plan: { subject: { kind: "model", model: "held/1" }, folder: FOLDER }, walk } as unknown as Walked;
    const { approval, model } = approveContexts(context, config, walked);
    expect(approval.pooled).toBe(true);
    expect(model).toBe("held/2");
    const manifest = readManifest(join(FOLDER, config.paths.models, "held", "2"));
    expect(manifest.contexts?.some((name) => name.startsWith("Asia"))).toBe(false);
    expect(manifest.provenance.trainToMs).toBe(own.tape.timeMs[rows.to - 1]);
    const trained = { ...walked, plan: { subject: { kind: "training", warm: false } } } as unknown as Walked;
    expect(approveContexts(context, config, trained).model, "nothing stands there to be held").toBeUndefined();
    expect(approveContexts(context, config, trained, "held/1").model, "one that was trained just now").toBe("held/3");
    const held = await openModel(context, config, "held/2");
    expect(held.policy).toBeInstanceOf(ContextPolicy);
    const later = await backtest({ ...held, config: held.decision, ...rows, balance: 10_000, seed: 1 });
    expect(later.trades.length).toBeGreaterThan(0);
    expect(later.trades.length).toBeLessThan(free.trades.length);
    const names = new Set(contextTrades(later, held.tape).map(({ name }) => name));
    for (const name of names) expect(manifest.contexts).toContain(name);
  });

  it("of a training is made of windows before what it has left unseen", async () => {
    const subject = { kind: "training", warm: false } as const;
    const tape = await openTape(context, config);
    const until = 1_500;
    const options = { subject, anchored: false, untilMs: tape.timeMs[until] };
    const weeks = await planWalk(context, config, { ...options, name: "weeks" });
    const six = await planWalk(context, changedConfig(config, { "model.learner": "ppo" }), { ...options, name: "six" });
    for (const { plan } of [weeks, six]) {
      const ends = plan.windows.map(({ test }) => test.to);
      expect(Math.max(...ends)).toBeLessThanOrEqual(until + 1);
      expect(Math.max(...ends)).toBeGreaterThan(until - 7 * 24);
    }
    expect(six.plan.windows).toHaveLength(6);
  });

  it("tests a model on its own market and under the rules that it was trained under", async () => {
    const cheap = changedConfig(config, { "model.name": "cheap", "exchange.taker_fee_bps": 0.25 });
    await trainClassifier(context, cheap);
    // What is configured by now: other symbols, other fees, and nobody said so for this run.
    const other = changedConfig(config, { "data.symbols": ["ETHUSDT", "SOLUSDT"], "features.list": ["adx14"] });
    const now = { ...other, overridden: new Set<string>(), explicit: new Set<string>() };
    const subject = { kind: "model", model: "cheap" } as const;
    const { plan, tape } = await planWalk(context, now, { name: "w", subject, windows: 3, anchored: false });
    expect(tape.instruments.map(({ symbol }) => symbol)).toEqual(["BTCUSDT"]);
    const window = { number: 0, origin: 0, attempt: 0, params: { window: 0 }, signal: context.signal };
    const own = await openModel(context, now, "cheap");
    expect(own.decision.exchange.takerFeeBps).toBe(0.25);
    expect(plan.windows[0].train.from).toBe(own.policy.firstBar);
    let record: unknown;
    await objective(
      { ...window, report: () => Promise.resolve(), keepReturns: () => {}, note: (_, value) => (record = value) },
      walkModule(plan).options ?? null,
    );
    const { from, to } = plan.windows[0].test;
    const alone = await backtest({ ...own, config: own.decision, from, to, balance: 10_000, seed: own.seed });
    expect(alone.trades.length).toBeGreaterThan(0);
    expect(own.unseen.from, "its training reaches behind the first window").toBeGreaterThan(to);
    expect(record).toMatchObject({ tradeHash: alone.tradeHash, seenShare: 1 });
  });

  it("needs windows that have kept their trades by context", () => {
    const walk = joinFolds([]);
    const plan = { subject: { kind: "training" }, folder: FOLDER };
    const old = { ...walk, folds: [{ index: 0 }] };
    expect(() => approveContexts(context, config, { plan, walk: old } as unknown as Walked)).toThrow("another --name");
  });
});
