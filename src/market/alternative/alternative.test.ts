import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { DAY_MS, defaultInstrument, HOUR_MS } from "../../core/index.ts";
import { everyday } from "../../core/testing/nightly.ts";
import { availableAfter, SERIES, seriesPlace, seriesSpec, sourceTerms, staleAge } from "../../venues/choices.ts";
import { appendBar, growableTape, sliceTape } from "../slice.ts";
import { syntheticTape } from "../synthetic/market.ts";
import type { MarketTape } from "../tape.ts";
import { copyCell, readCell } from "./columns.ts";
import { AlternativeReader, joinAlternative, keyOf, readSeries, unpromotable } from "./join.ts";
import { AlternativeStore } from "./store.ts";
import { AsOf, type Vintages } from "./vintages.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function store(): AlternativeStore {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-alternative-"));
  folders.push(folder);
  return new AlternativeStore(folder);
}

const FLOW = seriesSpec("coinmetrics.flow-in");
const MOOD = seriesSpec("fear-greed.index");
const DAY0 = Date.UTC(2025, 0, 1);

function vintages(
  rows: ReadonlyArray<readonly [event: number, available: number, revision: number, value: number]>,
): Vintages {
  const sorted = rows.toSorted((a, b) => a[1] - b[1] || a[0] - b[0] || a[2] - b[2]);
  const column = (c: 0 | 1 | 2 | 3): Float64Array => Float64Array.from(sorted, (row) => row[c]);
  return {
    length: sorted.length,
    eventMs: column(0),
    availableMs: column(1),
    revision: column(2),
    recorded: new Float64Array(sorted.length),
    value: column(3),
  };
}

function valueAsOf(rows: Vintages, nowMs: number): number {
  const asOf = new AsOf(rows, FLOW);
  asOf.advance(nowMs);
  return asOf.value;
}

test("a revised value is shown from when the revision was seen, and the first one until then", async () => {
  const data = store();
  const seen = [DAY0 + 60 * DAY_MS, DAY0 + 150 * DAY_MS];
  const days = [0, 1, 2].map((d) => DAY0 + d * DAY_MS);
  const at = (values: readonly number[]) =>
    days.map((eventMs, i) => ({ eventMs, publishedMs: null, value: values[i] }));
  expect(await data.put(FLOW, "BTC", at([1, 2, 3]), { seenMs: seen[0], recorded: false })).toEqual({
    added: 3,
    revised: 0,
    unchanged: 0,
    refused: 0,
  });
  expect(await data.put(FLOW, "BTC", at([1, 20, 30]), { seenMs: seen[1], recorded: false })).toEqual({
    added: 0,
    revised: 2,
    unchanged: 1,
    refused: 0,
  });
  const rows = await data.read(FLOW, "BTC");
  expect(rows.length, "nothing is overwritten").toBe(5);
  const known = availableAfter(FLOW, days[2]);
  expect(valueAsOf(rows, known - 1)).toBe(2);
  expect(valueAsOf(rows, known)).toBe(3);
  // Beyond its age a value is stale, so what was known at the second look is read off the rows.
  const last = rows.length - 1;
  expect([rows.value[last], rows.revision[last], rows.availableMs[last]]).toEqual([30, 1, seen[1]]);
  const [listed] = await data.list();
  expect([listed.rows, listed.revisions, listed.recorded, listed.gaps]).toEqual([5, 2, 2, 0]);
});

test("what was seen as it came is available from then, or from its claimed publication where that is later", async () => {
  const data = store();
  const seenMs = DAY0 + HOUR_MS;
  const counts = await data.put(
    MOOD,
    "market",
    [
      { eventMs: DAY0, publishedMs: DAY0 + 2 * HOUR_MS, value: 40 },
      { eventMs: DAY0 - DAY_MS, publishedMs: DAY0 - DAY_MS, value: 30 },
      { eventMs: DAY0 + DAY_MS, publishedMs: null, value: 50 },
      { eventMs: DAY0 - 2 * DAY_MS, publishedMs: null, value: Number.NaN },
    ],
    { seenMs, recorded: true },
  );
  expect(counts).toEqual({ added: 2, revised: 0, unchanged: 0, refused: 2 });
  const { eventMs, availableMs } = await data.read(MOOD, "market");
  expect(Array.from(eventMs)).toEqual([DAY0 - DAY_MS, DAY0]);
  expect(Array.from(availableMs), "a back-dated item never moves earlier").toEqual([seenMs, DAY0 + 2 * HOUR_MS]);
});

test("what was fetched afterwards is not known before its source says that it was published, however long that took", async () => {
  const data = store();
  const late = DAY0 + 9 * DAY_MS;
  const rows = [
    { eventMs: DAY0, publishedMs: DAY0 + HOUR_MS, value: 1 },
    { eventMs: DAY0 + DAY_MS, publishedMs: late, value: 2 },
  ];
  await data.put(FLOW, "BTC", rows, { seenMs: DAY0 + 60 * DAY_MS, recorded: false });
  const { availableMs } = await data.read(FLOW, "BTC");
  expect([...availableMs]).toEqual([availableAfter(FLOW, DAY0), late]);
});

test("as of any time, no row that became available later matters, and the newest event that was available does", () => {
  const row = fc.tuple(
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 1, max: 99 }),
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), fc.integer({ min: 0, max: 60 }), (drawn, now) => {
      const seen = new Map<number, number>();
      const rows = drawn
        .map(([event, late, value]) => [event * DAY_MS, (event + late) * DAY_MS, value] as const)
        .toSorted((a, b) => a[1] - b[1])
        .map(([event, available, value]) => {
          const revision = seen.get(event) ?? 0;
          seen.set(event, revision + 1);
          return [event, available, revision, value] as const;
        });
      const nowMs = now * DAY_MS;
      const open = rows.filter(([, available]) => available <= nowMs);
      const newest = Math.max(...open.map(([event]) => event));
      const expected = open.filter(([event]) => event === newest).at(-1)?.[3] ?? 0;
      const stale = nowMs - newest > staleAge(FLOW);
      expect(valueAsOf(vintages(rows), nowMs)).toBe(stale ? 0 : expected);
      const later = rows.map(([event, available, revision, value]) =>
        available > nowMs
          ? ([event, available + DAY_MS, revision, -value] as const)
          : ([event, available, revision, value] as const),
      );
      expect(valueAsOf(vintages(later), nowMs), "a later future is not seen").toBe(stale ? 0 : expected);
    }),
    { seed: 12, numRuns: everyday(300) },
  );
});

async function joined(): Promise<MarketTape> {
  const data = store();
  const tape = syntheticTape({ seed: 3, bars: 240, timeframe: "1h" as never, symbols: ["BTCUSDT", "ETHUSDT"] });
  const start = Math.floor(tape.timeMs[0] / DAY_MS) * DAY_MS;
  const days = [-1, 0, 1, 2, 3, 8].map((d) => ({ eventMs: start + d * DAY_MS, publishedMs: null, value: 10 + d }));
  await data.put(MOOD, "market", days, { seenMs: tape.timeMs[tape.bars - 1], recorded: false });
  await data.put(seriesSpec("coinmetrics.addresses"), "BTC", days, {
    seenMs: tape.timeMs[tape.bars - 1],
    recorded: false,
  });
  return joinAlternative(tape, await readSeries(data, ["fear-greed.index", "coinmetrics.addresses"], tape.instruments));
}

test("a bar shows what was known at its close, by symbol; what is late too long is missing", async () => {
  const tape = await joined();
  const start = Math.floor(tape.timeMs[0] / DAY_MS) * DAY_MS;
  const mood = tape.alternative?.value[0] ?? [];
  const moodAge = tape.alternative?.age[0] ?? [];
  for (let t = 0; t < tape.bars; t++) {
    const closeMs = tape.timeMs[t] + tape.barMs;
    const day = [-1, 0, 1, 2, 3, 8].filter((d) => start + d * DAY_MS + MOOD.lagMs <= closeMs).at(-1) ?? Number.NaN;
    const age = closeMs - start - day * DAY_MS;
    const fresh = age <= staleAge(MOOD);
    for (const s of [0, 1]) {
      if (tape.present[2 * t + s] === 0) continue;
      expect([mood[2 * t + s], moodAge[2 * t + s]], `bar ${t}`).toEqual(fresh ? [10 + day, age] : [0, -1]);
    }
  }
  expect(Array.from(moodAge), "a gap of five days is seen").toContain(-1);
  expect(
    tape.alternative?.age[1].filter((_, cell) => cell % 2 === 1).every((age) => age === -1),
    "ETH has no such row",
  ).toBe(true);
  expect(tape.alternative?.series.map(({ provenance }) => provenance)).toEqual(["backfilled", "backfilled"]);
});

test("joined columns are part of the fingerprint, and a tape without them keeps its own", async () => {
  const tape = await joined();
  const { alternative, ...plain } = tape;
  const bare = sliceTape(plain, 0, tape.bars);
  expect(joinAlternative(bare, []).fingerprint).toBe(bare.fingerprint);
  expect(tape.fingerprint).not.toBe(bare.fingerprint);
  const other = structuredClone(alternative);
  if (other === undefined) throw new Error("joined");
  other.value[0][100] += 1;
  expect(sliceTape({ ...tape, alternative: other }, 0, tape.bars).fingerprint).not.toBe(tape.fingerprint);
  const series = alternative?.series.map((own) => ({ ...own, lagMs: own.lagMs + 1 })) ?? [];
  const lagged = sliceTape({ ...tape, alternative: { ...other, series } }, 0, tape.bars);
  expect(lagged.fingerprint).not.toBe(sliceTape({ ...tape, alternative: other }, 0, tape.bars).fingerprint);
});

test("a tape that grows bar by bar from what is known live is the tape that was joined at once", async () => {
  const tape = await joined();
  const from = 100;
  const grown = growableTape(sliceTape(tape, 0, from), tape.bars);
  for (let t = from; t < tape.bars; t++) {
    const rows = [0, 1].map((s) => {
      const cell = 2 * t + s;
      const { open, high, low, close, volume } = tape;
      return tape.present[cell] === 0
        ? undefined
        : ([tape.timeMs[t], open[cell], high[cell], low[cell], close[cell], volume[cell]] as const);
    });
    const alternative = [0, 1].map((s) =>
      tape.alternative === undefined ? [] : readCell(tape.alternative, 2 * t + s),
    );
    appendBar(grown, tape.timeMs[t], rows, tape.funding.subarray(2 * t, 2 * t + 2), undefined, alternative);
  }
  expect(sliceTape(grown, 0, grown.bars).alternative).toEqual(tape.alternative);
  appendBar(growableTape(sliceTape(tape, 0, 1), 2), tape.timeMs[1], [undefined, undefined]);
});

test("a live reader gives what the batch gave", async () => {
  const data = store();
  const tape = syntheticTape({ seed: 3, bars: 60, timeframe: "1h" as never, symbols: ["BTCUSDT"] });
  const hours = Array.from({ length: 60 }, (_, h) => ({
    eventMs: tape.timeMs[0] + (h - 2) * HOUR_MS,
    publishedMs: null,
    value: h,
  }));
  await data.put(seriesSpec("bybit.premium"), "BTCUSDT", hours, { seenMs: tape.timeMs[59], recorded: false });
  const rows = await readSeries(data, ["bybit.premium"], tape.instruments);
  const whole = joinAlternative(tape, rows);
  const live = new AlternativeReader(rows, 1);
  for (let t = 0; t < tape.bars; t++) {
    if (whole.alternative === undefined) throw new Error("joined");
    expect(Array.from(live.at(0, tape.timeMs[t] + tape.barMs))).toEqual(readCell(whole.alternative, t));
  }
});

test("a cell is copied with the age of every series", async () => {
  const { alternative } = await joined();
  if (alternative === undefined) throw new Error("joined");
  const before = readCell(alternative, 100);
  copyCell(alternative, 100, alternative, 0);
  expect(readCell(alternative, 0)).toEqual(before);
});

test("series are stored by contract, by coin or for the market, and each has its terms", () => {
  const instrument = defaultInstrument("ETHUSDT");
  expect(
    ["bybit.premium", "coinmetrics.fees", "fear-greed.index"].map((id) => keyOf(seriesSpec(id), instrument)),
  ).toEqual(["ETHUSDT", "ETH", "market"]);
  for (const [place, { id, source }] of SERIES.entries()) {
    expect(seriesPlace(id)).toBe(place);
    expect(id.startsWith(`${source}.`)).toBe(true);
    expect(sourceTerms(source).licence).not.toBe("");
  }
});

function of(id: string, provenance: "recorded" | "backfilled" | "mixed") {
  const { source, cadenceMs, lagMs } = seriesSpec(id);
  return { id, source, cadenceMs, lagMs, licence: "", provenance };
}

test("revised series that nobody recorded can't promote; recorded ones and those never revised can", () => {
  expect(unpromotable([of("fear-greed.index", "backfilled"), of("coinmetrics.flow-in", "recorded")])).toBeUndefined();
  expect(unpromotable([of("coinmetrics.flow-in", "backfilled")])).toContain("coinmetrics.flow-in");
  expect(unpromotable([of("coinmetrics.flow-in", "mixed")])).toContain("coinmetrics.flow-in");
});
