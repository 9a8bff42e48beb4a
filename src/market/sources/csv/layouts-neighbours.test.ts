/** @file Layouts beside those of the vendors: what programs, spreadsheets and people make of the same bars. */
import { afterAll, describe, expect, it } from "vitest";
import { refusal } from "../../../../test/venues/refusal.ts";
import { DAY_MS } from "../../../core/index.ts";
import type { CandleRow } from "../../candles.ts";
import { fileNameFacts } from "./file-name.ts";
import { csv, DAYS, dated, day, HOURS, stamp } from "./testing/bars.ts";
import { contentReader, rowsOf } from "./testing/read-content.ts";

const { read, remove } = contentReader();
afterAll(remove);

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const WEEKDAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");
const HEAD = "time,open,high,low,close,volume";
const rows = HOURS.map((row) => row.join(","));

/** "Mon Jan 02" */
function named(tsMs: number): string {
  const date = new Date(tsMs);
  return `${WEEKDAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day(tsMs).slice(8)}`;
}

const comma = (value: number): string => `${value}`.replace(".", ",");
const year = (tsMs: number): string => day(tsMs).slice(0, 4);
const clock = (tsMs: number): string => stamp(tsMs).slice(11);

/** Prices and volumes in words of their own. */
function dressed(price: (value: number) => string, volume: (value: number) => string = String): string {
  const lines = HOURS.map(([t, o, h, l, c, v]) => [stamp(t), ...[o, h, l, c].map(price), volume(v)].join(";"));
  return `time;open;high;low;close;volume\n${lines.join("\n")}\n`;
}

const thousands = HOURS.map(([t, o, h, l, c, v]): CandleRow => [t, o, h, l, c, Math.round(v) * 1e8]);
const counted = (unit: number, word: string): string =>
  dressed(String).replaceAll(
    /;(\d+(?:\.\d+)?)$/gm,
    (_, v: string) => `;${(Math.round(Number(v)) * 1e8) / unit}${word}`,
  );

const TABLES: ReadonlyArray<readonly [string, string, readonly CandleRow[]]> = [
  ["ticks of .NET", csv(HOURS, (t) => `${BigInt(t) * 10_000n + 621_355_968_000_000_000n}`), HOURS],
  ["dates as C writes them", csv(HOURS, (t) => `${named(t)} ${clock(t)} ${year(t)}`), HOURS],
  [
    "dates as JavaScript writes them",
    csv(HOURS, (t) => `${named(t)} ${year(t)} ${clock(t)} GMT+0000 (Coordinated Universal Time)`),
    HOURS,
  ],
  [
    "dates with the zone's name behind the offset",
    csv(HOURS, (t) => `${stamp(t - 18_000_000).replace(" ", "T")}-05:00[America/New_York]`),
    HOURS,
  ],
  ["dates in one word", csv(DAYS, (t) => dated(t, "dMy").toUpperCase()), DAYS],
  ["Hungarian dates", csv(DAYS, (t) => `${day(t).replaceAll("-", ". ")}.`), DAYS],
  ["prices in reais", dressed((v) => `R$ ${comma(v)}`, comma), HOURS],
  ["prices in kronor", dressed((v) => `${comma(v)} kr`, comma), HOURS],
  ["numbers that a spreadsheet keeps as text", dressed((v) => `="${v}"`), HOURS],
  ["volumes in millions", counted(1e6, " Mio."), thousands],
  ["volumes in milliards, in capitals", counted(1e9, " MRD"), thousands],
  ["volumes in lakh", counted(1e5, " L"), thousands],
  ["volumes in 億", counted(1e8, "億"), thousands],
  [
    "lines of dividends between the rows",
    [HEAD, ...rows.slice(0, 9), "1709000000000,0.24 Dividend", ...rows.slice(9)].join("\n"),
    HOURS,
  ],
  ["sums below the rows", [HEAD, ...rows, "Total,,,,,15000", "Average,1,2,3,4,5"].join("\n"), HOURS],
  [
    "several lines of words below the rows",
    [HEAD, ...rows, "Downloaded from somewhere", "All rights reserved"].join("\n"),
    HOURS,
  ],
  ["units below the names", [HEAD, "ms,USD,USD,USD,USD,BTC", ...rows].join("\n"), HOURS],
  ["columns divided by blanks", [HEAD, ...rows].join("\n").replaceAll(",", "   "), HOURS],
  [
    "a date, a time and blanks",
    ["date time open high low close volume", ...HOURS.map(([t, ...rest]) => [stamp(t), ...rest].join(" "))].join("\n"),
    HOURS,
  ],
];

describe("layouts beside those of vendors", () => {
  it.each(TABLES)("are read, every cell: %s", async (_name, content, expected) => {
    const files = await read(content);
    expect(files).toHaveLength(1);
    expect(rowsOf(files[0])).toEqual(expected);
  });

  it("are no market of the name of their currency or making", async () => {
    for (const name of ["usd", "adj", "candle"]) {
      const header = `time,open_${name},high_${name},low_${name},close_${name},volume`;
      const [file] = await read([header, ...rows].join("\n"));
      expect(file.symbol).not.toBe(name);
    }
    expect((await read(["time,BTC_open,BTC_high,BTC_low,BTC_close,volume", ...rows].join("\n")))[0].symbol).toBe("BTC");
  });

  it("are no two markets where they are sides or lengths of one", async () => {
    for (const [one, other] of [
      ["bid", "ask"],
      ["1h", "4h"],
    ]) {
      const both = [one, other].flatMap((name) => HOURS.map(([t, ...rest]) => [t, name, ...rest].join(",")));
      const { what, fix } = await refusal(read(`time,kind,open,high,low,close,volume\n${both.join("\n")}\n`));
      expect(what).toContain("of one market");
      expect(fix).toContain("Keep the rows of one of them");
    }
  });

  it("are told by codes of shares", async () => {
    const both = ["10107", "14593"].flatMap((code) => HOURS.map(([t, ...rest]) => [t, code, ...rest].join(",")));
    const files = await read(`time,permno,open,high,low,close,volume\n${both.join("\n")}\n`);
    expect(files.map(({ symbol }) => symbol)).toEqual(["10107", "14593"]);
  });

  it("say what to do about sums between the rows, and lines that nothing divides", async () => {
    const between = [HEAD, ...rows.slice(0, 9), "Total,1,2,3,4,5", ...rows.slice(9)].join("\n");
    expect((await refusal(read(between))).what).toContain("A line of sums stands between the rows");
    expect((await refusal(read([HEAD, ...rows].join("\n").replaceAll(",", "^")))).fix).toContain("--delimiter");
  });

  it("warn of days that are stamped with the time of their close", async () => {
    const stamped = DAYS.map(([t, ...rest]): CandleRow => [t + (16 / 24) * DAY_MS, ...rest]);
    const [file] = await read(csv(stamped, (t) => dated(t, "m/d/y") + " 16:00:00"));
    expect(file.warnings).toEqual([expect.stringContaining("`--stamped-at close`") as string]);
    const [midnight] = await read(csv(DAYS, (t) => dated(t, "m/d/y") + " 00:00:00"));
    expect(midnight.warnings).toEqual([]);
  });

  it.each([
    ["Download Data - STOCK_US_XNAS_AAPL.csv", "AAPL", "stock"],
    ["Quote-Equity-RELIANCE-EQ-01-01-2023-to-31-12-2023.csv", "RELIANCE", "stock"],
  ])("have names that tell the market: %s", (name, symbol, kind) => {
    expect(fileNameFacts(name)).toMatchObject({ symbol, kind });
  });
});
