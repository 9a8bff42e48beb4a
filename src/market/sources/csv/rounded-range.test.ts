import { afterAll, describe, expect, it } from "vitest";
import { refusal } from "../../../../test/venues/refusal.ts";
import type { CandleRow } from "../../candles.ts";
import { DAYS, day, HOURS, iso, table } from "./testing/bars.ts";
import { contentReader, rowsOf } from "./testing/read-content.ts";

const { read, remove } = contentReader();
afterAll(remove);

const HEAD = "date,open,high,low,close,volume";
const csv = (rows: readonly CandleRow[]): string => table(HEAD, rows, ([t, ...rest]) => [day(t), ...rest].join(","));

/** The bar with its close above its high by a share of the price. */
function above([t, o, , l, , v]: CandleRow, share: number): CandleRow {
  const high = Math.max(o, l);
  return [t, o, high, l, Math.round(high * (1 + share) * 100) / 100, v];
}

describe("a bar whose close lies just outside of its range", () => {
  const [t, open, high, low, close, volume] = above(DAYS[70], 0.0004);

  it("is real: its range is widened, which is said with the line", async () => {
    const [file] = await read(csv(DAYS.with(70, [t, open, high, low, close, volume])));
    expect(rowsOf(file)).toEqual(DAYS.with(70, [t, open, close, low, close, volume]));
    expect(file.warnings).toEqual([
      '1 bar has an open or a close just outside of low to high: their range was widened to it, the first in line 72, column "close"',
    ]);
    expect((await read(csv(DAYS)))[0].warnings).toEqual([]);
  });

  it("is not left out by a repair, which leaves out what can't be", async () => {
    const rows = DAYS.with(70, [t, open, high, low, close, volume]).with(90, above(DAYS[90], 0.3));
    const error = await refusal(read(csv(rows)));
    expect(error.where).toContain("line 92");
    expect(error.fix).toContain("--repair");
    const [file] = await read(csv(rows), "BTCUSDT.csv", { keepImpossible: true });
    expect(rowsOf(file)[70]).toEqual([t, open, close, low, close, volume]);
    expect(rowsOf(file)[90]).toEqual(rows[90]);
  });

  it("is widened below as above", async () => {
    const [, o, h, l, c, v] = DAYS[30];
    const floor = Math.min(o, c);
    const lifted = Math.round(floor * 1.001 * 100) / 100;
    const [file] = await read(csv(DAYS.with(30, [DAYS[30][0], o, h, lifted, c, v])));
    expect(rowsOf(file)[30]).toEqual([DAYS[30][0], o, h, floor, c, v]);
    expect(l).toBeLessThan(floor);
  });

  it("is a sign of wrong columns where many are so, however near they are", async () => {
    const near = HOURS.map(([at, o]): CandleRow => [at, o, o * 1.0001, o * 0.9999, o * 1.0003, 1]);
    const error = await refusal(
      read(
        table(HEAD, near, ([at, ...rest]) => [iso(at), ...rest].join(",")),
        "BTCUSDT.csv",
        { keepImpossible: true },
      ),
    );
    expect(error.fix).toContain("300 of 300 rows are like this");
  });
});

describe("a day without trades", () => {
  it("is one whose prices are zero but for the close before", async () => {
    const quiet = DAYS.map((row, i): CandleRow => (i % 9 === 4 ? [row[0], 0, 0, 0, DAYS[i - 1][4], 0] : row));
    const [file] = await read(csv(quiet));
    expect(rowsOf(file)).toEqual(DAYS.filter((_, i) => i % 9 !== 4));
    expect(file.emptyRows).toBe(22);
    const traded = DAYS.with(4, [DAYS[4][0], 0, 0, 0, DAYS[3][4], 7]);
    expect((await refusal(read(csv(traded)))).what).toContain("0 is not above zero");
  });

  it("ends at 24:00", async () => {
    const rows = HOURS.map(([at, ...rest]): CandleRow => [at - 3_600_000, ...rest]);
    const text = table("date,time,open,high,low,close,volume", HOURS, ([at, ...rest]) => {
      const midnight = new Date(at).getUTCHours() === 0;
      return [day(midnight ? at - 86_400_000 : at), midnight ? "24:00" : iso(at).slice(11, 16), ...rest].join(",");
    });
    expect(rowsOf((await read(text, "AAPL.csv", { stampedAt: "close" }))[0])).toEqual(rows);
    expect((await refusal(read(text.replace("24:00", "24:01")))).what).toContain("is not a date");
  });
});
