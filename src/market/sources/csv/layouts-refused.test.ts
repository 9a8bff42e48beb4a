import { afterAll, describe, expect, it } from "vitest";
import { refusal } from "../../../../test/venues/refusal.ts";
import { HOUR_MS } from "../../../core/index.ts";
import type { CandleRow } from "../../candles.ts";
import { csv, DAYS, dated, day, grouped, HOURS, noVolume, reversed, stamp, table, WON } from "./testing/bars.ts";
import { contentReader, rowsOf } from "./testing/read-content.ts";

const { read, remove } = contentReader();
afterAll(remove);

const double = (row: CandleRow): CandleRow => [row[0], row[1] * 2, row[2] * 2, row[3] * 2, row[4] * 2, row[5]];
const rowOf = (symbol: string, [t, ...rest]: CandleRow): string => [t, symbol, ...rest].join(",");
/** What clocks in Berlin show around the end of October 2023. */
const local = (t: number): number => t + (t < Date.UTC(2023, 9, 29, 1) ? 2 : 1) * HOUR_MS;

describe("several markets in one file", () => {
  const twice = HOURS.map(double);
  const below = (head: string, line: (symbol: string, row: CandleRow) => string, isMixed: boolean): string => {
    const first = HOURS.map((row) => line("AAA", row));
    const second = twice.map((row) => line("BBB", row));
    const rows = isMixed ? first.flatMap((text, i) => [text, second[i]]) : [...first, ...second];
    return `${head}\n${rows.join("\n")}\n`;
  };

  it.each<readonly [string, string]>([
    ["a column called tic, mixed", below("date,tic,open,high,low,close,volume", rowOf, true)],
    ["a column called symbol, one after the other", below("date,symbol,open,high,low,close,volume", rowOf, false)],
    ["a column of any other name, mixed", below("date,what,open,high,low,close,volume", rowOf, true)],
    ["a column of any other name, one after the other", below("date,what,open,high,low,close,volume", rowOf, false)],
    [
      "columns beside each other",
      table(
        "date,AAA:open,AAA:high,AAA:low,AAA:close,AAA:volume,BBB:open,BBB:high,BBB:low,BBB:close,BBB:volume",
        HOURS,
        ([t, ...rest], i) => [t, ...rest, ...twice[i].slice(1)].join(","),
      ),
    ],
    [
      "the two levels of yfinance",
      table(
        "Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume\nTicker,AAA,BBB,AAA,BBB,AAA,BBB,AAA,BBB,AAA,BBB\nDatetime,,,,,,,,,,",
        HOURS,
        ([t, o, h, l, c, v], i) => {
          const [, O, H, L, C, V] = twice[i];
          return [`${stamp(t)}+00:00`, c, C, h, H, l, L, o, O, v, V].join(",");
        },
      ),
    ],
    [
      "the levels of yfinance by ticker",
      table(
        "Ticker,AAA,AAA,AAA,AAA,AAA,BBB,BBB,BBB,BBB,BBB\nPrice,Open,High,Low,Close,Volume,Open,High,Low,Close,Volume\nDatetime,,,,,,,,,,",
        HOURS,
        ([t, ...rest], i) => [`${stamp(t)}+00:00`, ...rest, ...twice[i].slice(1)].join(","),
      ),
    ],
  ])("are told apart by %s", async (_name, content) => {
    const files = await read(content, "two.csv");
    expect(files.map(({ symbol }) => symbol)).toEqual(["AAA", "BBB"]);
    expect(rowsOf(files[0])).toEqual(HOURS);
    expect(rowsOf(files[1])).toEqual(twice);
  });

  it("ignores words that tell nothing apart", async () => {
    const content = table("date,open,high,low,close,volume,comment", HOURS, (r, i) =>
      [...r, i % 2 === 0 ? "up" : "down"].join(","),
    );
    expect(await read(content)).toHaveLength(1);
  });
});

describe("layouts that are refused", () => {
  const sides = "time,bidopen,bidhigh,bidlow,bidclose,askopen,askhigh,asklow,askclose,tickqty";

  it.each<readonly [string, string | Buffer, RegExp, RegExp]>([
    [
      "bid beside ask",
      table(sides, HOURS, ([t, o, h, l, c, v]) => [t, o, h, l, c, o, h, l, c, v].join(",")),
      /bid and ask/,
      /--columns time,open,high,low,close,-,-,-,-,volume/,
    ],
    [
      "names of no language",
      table("when,alpha,beta,gamma,delta,eps", HOURS, (r) => r.join(",")),
      /header is not understood; its columns are "when", "alpha"/,
      /--columns/,
    ],
    [
      "numbers that may be thousands",
      table("date;open;high;low;close", WON, ([t, o, h, l, c]) =>
        [day(t), ...[o, h, l, c].map((x) => grouped(x, 0))].join(";"),
      ),
      /"5\d,\d{3}" could be read/,
      /--decimal/,
    ],
    [
      "days that may be months",
      csv(DAYS.slice(0, 9), (t) => dated(t, "m/d/y")),
      /day first or with the month first/,
      /--date-order/,
    ],
    [
      "a local clock put back",
      csv(HOURS, (t) => stamp(t + Date.UTC(2023, 9, 28) - HOURS[0][0] + (t < HOURS[25][0] ? 2 : 1) * HOUR_MS)),
      /hour of 2023-10-29 02:00 is there twice/i,
      /--timezone Europe\/Berlin/,
    ],
    [
      "bars of a month",
      csv(
        DAYS.slice(0, 40).map(
          (row, i): CandleRow => [Date.UTC(2020, i + 1, 0), ...row.slice(1)] as unknown as CandleRow,
        ),
        day,
      ),
      /bars are a month long/,
      /bars of a day/,
    ],
    ["a file of bzip2", "BZh91AY&SY", /compressed with bzip2/, /Unpack/],
    ["a file of xz", Buffer.from("fd377a585a0000", "hex"), /compressed with xz/, /Unpack/],
    [
      "single trades",
      table(
        "id,price,qty,quote_qty,time,is_buyer_maker",
        HOURS,
        ([t, price], i) => `${i},${price},1,${price},${t},true`,
      ),
      /single trades/,
      /candles of that market/,
    ],
    ["a web page", "<!DOCTYPE html>\n<html><body>Not found</body></html>\n", /No line names/, /--columns/],
    [
      "decimal points in a file of commas",
      `${table("Datum;Eröffnung;Hoch;Tief;Schluss", DAYS, ([t, ...r]) => [day(t), ...r.slice(0, 4).map((x) => `${x}`.replace(".", ","))].join(";"))}2023-12-31;1.5;1.5;1.5;1.5\n`,
      /"1\.5" is not a number/,
      /--decimal/,
    ],
  ])("%s", async (_name, content, what, fix) => {
    const error = await refusal(read(content, "X.csv"));
    expect(error.what).toMatch(what);
    expect(error.fix).toMatch(fix);
  });

  it("are read when told how", async () => {
    const utc = HOURS.map(
      (row): CandleRow => [row[0] + Date.UTC(2023, 9, 28) - HOURS[0][0], ...row.slice(1)] as unknown as CandleRow,
    );
    const [zoned] = await read(
      csv(utc, (t) => stamp(local(t))),
      "X.csv",
      { timezone: "Europe/Berlin" },
    );
    expect(rowsOf(zoned)).toEqual(utc);
    const [newest] = await read(
      csv(reversed(utc), (t) => stamp(local(t))),
      "X.csv",
      { timezone: "Europe/Berlin" },
    );
    expect(rowsOf(newest)).toEqual(utc);
    const open = table("date;open;high;low;close", WON, ([t, o, h, l, c]) =>
      [day(t), ...[o, h, l, c].map((x) => grouped(x, 0))].join(";"),
    );
    expect(rowsOf((await read(open, "X.csv", { decimal: "point" }))[0])).toEqual(WON.map(noVolume));
    const [thousandths] = await read(open, "X.csv", { decimal: "comma" });
    expect(rowsOf(thousandths)[0][1]).toBe(WON[0][1] / 1000);
  });

  it("warns where an hour is missing when clocks go forward", async () => {
    const gap = HOURS.map(
      (row, i): CandleRow =>
        [Date.UTC(2024, 2, 30) + (i < 26 ? i : i + 1) * HOUR_MS, ...row.slice(1)] as unknown as CandleRow,
    );
    const [file] = await read(csv(gap, stamp));
    expect(file.warnings.join()).toMatch(/2024-03-31 02:00 is missing .*--timezone Europe\/Berlin/);
    const [zoneless] = await read(csv(HOURS, stamp));
    expect(zoneless.warnings).toEqual([]);
    expect(zoneless.notes.join()).toContain("taken as UTC");
  });
});
