import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import {
  csv,
  DAYS,
  dated,
  day,
  grouped,
  HOURS,
  iso,
  noVolume,
  reversed,
  short,
  stamp,
  TINY,
  table,
  tenfold,
  WON,
  withVolume,
} from "./testing/bars.ts";
import { contentReader, type LayoutCase, rowsOf } from "./testing/read-content.ts";

const { read, remove } = contentReader();
afterAll(remove);

const utf16be = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, "utf16le").swap16();

const NUMBERS: readonly LayoutCase[] = [
  [
    "whole thousands in quotes",
    table("Date,Open,High,Low,Close,Volume", WON, ([t, ...rest]) =>
      [`"${stamp(t)}"`, ...rest.map((x) => `"${grouped(x, 0)}"`)].join(","),
    ),
    WON,
  ],
  [
    "thousands and decimals in quotes",
    table("Date,Open,High,Low,Close,Volume", DAYS, ([t, o, h, l, c, v]) =>
      [day(t), ...[o, h, l, c].map((x) => `"${grouped(x * 10, 2)}"`), v].join(","),
    ),
    tenfold(DAYS),
  ],
  [
    "German numbers",
    table("Datum;Eröffnung;Hoch;Tief;Schluss;Volumen", DAYS, ([t, o, h, l, c, v]) =>
      [dated(t, "d.m.y"), ...[o, h, l, c].map((x) => grouped(x * 10, 2, ".", ",")), `${v}`.replace(".", ",")].join(";"),
    ),
    tenfold(DAYS),
  ],
  [
    "decimal commas",
    table("time;o;h;l;c;v", HOURS, ([t, ...rest]) => [t, ...rest.map((x) => `${x}`.replace(".", ","))].join(";")),
    HOURS,
  ],
  [
    "blanks between thousands",
    table("date;open;high;low;close;volume", DAYS, ([t, o, h, l, c, v]) =>
      [day(t), ...[o, h, l, c].map((x) => grouped(x * 10, 2, "\u00A0", ",")), `${v}`.replace(".", ",")].join(";"),
    ),
    tenfold(DAYS),
  ],
  [
    "Swiss apostrophes",
    table("date;open;high;low;close;volume", DAYS, ([t, o, h, l, c, v]) =>
      [day(t), ...[o, h, l, c].map((x) => grouped(x * 10, 2, "'")), v].join(";"),
    ),
    tenfold(DAYS),
  ],
  [
    "signs of dollars",
    table("Date,Close/Last,Volume,Open,High,Low", reversed(DAYS), ([t, o, h, l, c]) =>
      [dated(t, "m/d/y"), `$${c}`, 1234, `$${o}`, `$${h}`, `$${l}`].join(","),
    ),
    withVolume(1234),
  ],
  [
    "codes of currencies",
    table("Date,Open,High,Low,Close,Volume", DAYS, ([t, o, h, l, c, v]) =>
      [day(t), ...[o, h, l, c].map((x) => `USD ${x.toFixed(2)}`), v].join(","),
    ),
    DAYS,
  ],
  [
    "letters for thousands and millions",
    table("Date,Open,High,Low,Close,Vol.", DAYS, ([t, o, h, l, c], i) =>
      [day(t), o, h, l, c, short(i % 2 === 0 ? 251_640 : 1_250_000)].join(","),
    ),
    DAYS.map(([t, o, h, l, c], i) => [t, o, h, l, c, i % 2 === 0 ? 251_640 : 1_250_000]),
  ],
  [
    "exponents",
    table("time,open,high,low,close,volume", TINY, ([t, o, h, l, c, v]) =>
      [t, ...[o, h, l, c].map((x) => x.toExponential()), v].join(","),
    ),
    TINY,
  ],
  [
    "sixteen decimals",
    table("time,open,high,low,close,volume", TINY, ([t, o, h, l, c, v]) =>
      [t, ...[o, h, l, c].map((x) => x.toFixed(16)), v].join(","),
    ),
    TINY,
  ],
];

const ROWS: readonly LayoutCase[] = [
  [
    "minutes without trades",
    table(
      "Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency),Weighted_Price",
      HOURS,
      ([t, o, h, l, c, v], i) =>
        i % 3 === 1 ? `${t / 1000},NaN,NaN,NaN,NaN,NaN,NaN,NaN` : [t / 1000, o, h, l, c, v, v * c, c].join(","),
    ),
    HOURS.filter((_, i) => i % 3 !== 1),
  ],
  [
    "empty prices",
    table("time,open,high,low,close,volume", HOURS, ([t, ...rest], i) =>
      i % 10 === 3 ? `${t},,,,,` : [t, ...rest].join(","),
    ),
    HOURS.filter((_, i) => i % 10 !== 3),
  ],
  [
    "rows of zeros",
    table("time,open,high,low,close,volume", HOURS, ([t, ...rest], i) =>
      i % 10 === 3 ? `${t},0,0,0,0,0` : [t, ...rest].join(","),
    ),
    HOURS.filter((_, i) => i % 10 !== 3),
  ],
  [
    "an empty column of volumes",
    table("time,open,high,low,close,Vol.", HOURS, ([t, o, h, l, c]) => [t, o, h, l, c, ""].join(",")),
    HOURS.map(noVolume),
  ],
  [
    "dashes for volumes",
    table("time,open,high,low,close,volume", HOURS, ([t, o, h, l, c]) => [t, o, h, l, c, "-"].join(",")),
    HOURS.map(noVolume),
  ],
  ["a footer", `${csv(DAYS, day)}"Downloaded from Example as of 02-26-2024 03:36pm"\n`, DAYS],
  ["the header again in the middle", csv(HOURS.slice(0, 100), (t) => t) + csv(HOURS.slice(100), (t) => t), HOURS],
  ["trailing commas", csv(HOURS, (t) => t).replaceAll("\n", ",\n"), HOURS],
  ["blanks around fields", csv(HOURS, (t) => t).replaceAll(",", " , "), HOURS],
  ["carriage returns alone", csv(HOURS, (t) => t).replaceAll("\n", "\r"), HOURS],
  ["newest first", csv(reversed(HOURS), (t) => t), HOURS],
];

const ENCODINGS: readonly LayoutCase[] = [
  ["a byte order mark", `\uFEFF${csv(HOURS, iso)}`, HOURS],
  ["a mark before rows without a header", `\uFEFF${csv(HOURS, (t) => t, "")}`, HOURS],
  ["a mark before a quoted name", `\uFEFF"Date","Open","High","Low","Close","Volume"\n${csv(HOURS, iso, "")}`, HOURS],
  ["UTF-16, little end first", Buffer.from(`\uFEFF${csv(HOURS, iso)}`, "utf16le"), HOURS],
  ["UTF-16, big end first", utf16be(csv(HOURS, iso, "date,open,high,low,close,volume")), HOURS],
  ["UTF-16 without a mark", Buffer.from(csv(HOURS, iso), "utf16le"), HOURS],
  ["Latin-1", Buffer.from(csv(DAYS, day, "Datum,Eröffnung,Hoch,Tief,Schluss,Volumen"), "latin1"), DAYS],
  ["gzip", gzipSync(csv(HOURS, (t) => t)), HOURS],
];

describe("numbers, rows and encodings", () => {
  it.each([...NUMBERS, ...ROWS, ...ENCODINGS])("are read, every cell: %s", async (_name, content, rows) => {
    const files = await read(content);
    expect(files).toHaveLength(1);
    expect(rowsOf(files[0])).toEqual(rows);
  });
});
