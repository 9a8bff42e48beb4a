import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DAY_MS, HOUR_MS, parseTimeframe } from "../../core/index.ts";
import { computeFeatures } from "../../features/index.ts";
import {
  AlternativeStore,
  MARKET_KEY,
  type MarketTape,
  seriesSpec,
  sliceTape,
  syntheticTape,
} from "../../market/index.ts";
import { LiveTape } from "../../trade/index.ts";
import { dataRoot } from "../config/folders.ts";
import { loadConfig } from "../config/load.ts";
import { withAlternative } from "../data/alternative.ts";
import { quietContext } from "../testing/context.ts";
import { joinedSeries } from "./history.ts";
import type { SessionMember } from "./members.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-joined-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PREMIUM = seriesSpec("bybit.premium");
const MOOD = seriesSpec("fear-greed.index");
const SELECTION = ["perp.premium", "perp.premium.missing", "sentiment.index", "sentiment.index.missing", "return1"];
const BARS = 100;
const BEGUN = 40;
/** Bars whose premium comes three hours late, is corrected five hours later, or never comes: the source is gone for a day. */
const LATE = 48;
const REVISED = 56;
const GONE = { from: 66, to: 84 };

const made = syntheticTape({ seed: 9, bars: BARS, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
// A bar that one symbol doesn't have.
const HOLE = 2 * 60 + 1;
made.present[HOLE] = 0;
const bare: MarketTape = sliceTape(made, 0, BARS);

type Told = { readonly seenMs: number; readonly key: string; readonly eventMs: number; readonly value: number };

/** Everything that the sources tell, in the order in which it is seen. */
function premiums(): Told[] {
  const told: Told[] = [];
  for (const [s, key] of ["BTCUSDT", "ETHUSDT"].entries()) {
    for (let t = 0; t < BARS; t++) {
      const eventMs = bare.timeMs[t];
      const value = Math.sin(t / 7 + s) / 100;
      // What is there before the session begins is seen at once.
      const firstMs = t < BEGUN - 2 ? bare.timeMs[BEGUN - 2] : eventMs + HOUR_MS;
      const at = (hours: number): number => firstMs + 20_000 + hours * HOUR_MS;
      if (t >= GONE.from && t < GONE.to) continue;
      told.push({ seenMs: at(t === LATE ? 3 : 0), key, eventMs, value });
      if (t === REVISED) told.push({ seenMs: at(5), key, eventMs, value: value + 1 });
    }
  }
  return told.sort((a, b) => a.seenMs - b.seenMs);
}

test("the rows of a session are those of the batch, bit for bit: late, revised and missing values too; what goes stale is told once", async () => {
  const data = { path: "data.root", value: folder, source: "test" };
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [data] });
  const { context, said } = quietContext(folder, () => config);
  const store = new AlternativeStore(dataRoot(config));
  for (let day = 0; day * 24 < BARS; day++) {
    const eventMs = bare.timeMs[0] - (bare.timeMs[0] % DAY_MS) + day * DAY_MS;
    const row = [{ eventMs, publishedMs: null, value: 20 + day }];
    await store.put(MOOD, MARKET_KEY, row, { seenMs: eventMs + 6 * HOUR_MS, recorded: true });
  }
  const waiting = premiums();
  /** What has been seen by then is stored, as a recorder beside the session does it. */
  const record = async (nowMs: number): Promise<void> => {
    while (waiting.length > 0 && waiting[0].seenMs <= nowMs) {
      const [{ seenMs, key }] = waiting;
      const same = waiting.filter((one) => one.seenMs === seenMs && one.key === key);
      waiting.splice(0, waiting.length, ...waiting.filter((one) => !same.includes(one)));
      const rows = same.map(({ eventMs, value }) => ({ eventMs, publishedMs: null, value }));
      await store.put(PREMIUM, key, rows, { seenMs, recorded: true });
    }
  };
  const closeOf = (t: number): number => bare.timeMs[t] + HOUR_MS;
  await record(closeOf(BEGUN - 1));
  const members = [{ instruments: bare.instruments, selection: SELECTION }] as unknown as SessionMember[];
  const live = new LiveTape(await withAlternative(context, config, SELECTION, sliceTape(made, 0, BEGUN)), BARS);
  const { alternative } = joinedSeries(context, config, members);
  for (let t = BEGUN; t < BARS; t++) {
    await record(closeOf(t));
    const joined = (await alternative?.(closeOf(t))) ?? [];
    const rows = [0, 1].map((s) => {
      const cell = 2 * t + s;
      const { open, high, low, close, volume, funding } = bare;
      if (bare.present[cell] === 0) return null;
      return [open[cell], high[cell], low[cell], close[cell], volume[cell], funding[cell], 1, ...joined[s]];
    });
    live.complete(bare.timeMs[t], rows);
  }
  const batch = await withAlternative(context, config, SELECTION, bare);
  const bits = ({ alternative: columns }: MarketTape): string[] =>
    [...(columns?.value ?? []), ...(columns?.age ?? [])].map((column) =>
      Buffer.from(Float64Array.from(column.subarray(0, 2 * BARS)).buffer).toString("hex"),
    );
  expect(bits(batch)).toHaveLength(4);
  expect(bits(live.tape)).toEqual(bits(batch));

  const features = computeFeatures(sliceTape(live.tape, 0, BARS), SELECTION);
  const at = (t: number, name: string): number =>
    features.values[2 * t * features.features + features.names.indexOf(name)];
  const known = (t: number): [number, number] => [at(t, "perp.premium"), at(t, "perp.premium.missing")];
  const stale = GONE.from + 8;
  expect([known(LATE)[1], known(GONE.from - 1)[1], known(stale), known(GONE.to - 1)]).toEqual([0, 0, [0, 1], [0, 1]]);
  expect(known(GONE.to + 1)[1], "and it comes back").toBe(0);
  expect(Math.abs(known(REVISED + 2)[0]), "a correction is no news before it is seen").toBeLessThan(
    Math.abs(known(REVISED + 2)[0] + 1),
  );
  expect(at(stale, "sentiment.index.missing"), "the other source is as before").toBe(0);
  const gone = said.filter((text) => text.includes("bybit.premium"));
  expect(gone).toEqual([
    expect.stringMatching(/bybit.premium BTCUSDT, ETHUSDT: nothing newer than .* has come/),
    expect.stringContaining("bybit.premium BTCUSDT, ETHUSDT: it comes again"),
  ]);
});
