import { afterAll, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../../core/index.ts";
import { csv, DAYS, dated, day, HOURS, iso, stamp, table } from "./testing/bars.ts";
import { contentReader, type LayoutCase, rowsOf } from "./testing/read-content.ts";

const { read, remove } = contentReader();
afterAll(remove);

const EPOCHS: readonly LayoutCase[] = [
  ["epoch seconds", csv(HOURS, (t) => t / 1000), HOURS],
  ["epoch milliseconds", csv(HOURS, (t) => t), HOURS],
  ["epoch microseconds", csv(HOURS, (t) => t * 1000), HOURS],
  ["epoch nanoseconds", csv(HOURS, (t) => `${t}000000`), HOURS],
  ["seconds with a fraction", csv(HOURS, (t) => `${t / 1000}.0`), HOURS],
  ["seconds with an exponent", csv(HOURS, (t) => (t / 1000).toExponential(9)), HOURS],
  ["milliseconds that become microseconds", csv(HOURS, (t) => (t < HOURS[150][0] ? t : t * 1000)), HOURS],
  [
    "seconds that become milliseconds without a header",
    csv(HOURS, (t) => (t < HOURS[250][0] ? t / 1000 : t), ""),
    HOURS,
  ],
  ["days of a spreadsheet", csv(DAYS, (t) => t / DAY_MS + 25_569, "Date,Open,High,Low,Close,Volume"), DAYS],
  [
    "hours of a spreadsheet",
    csv(HOURS, (t) => (t / DAY_MS + 25_569).toFixed(9), "Date,Open,High,Low,Close,Volume"),
    HOURS,
  ],
];

const DATES: readonly LayoutCase[] = [
  ["ISO dates with a Z", csv(HOURS, iso), HOURS],
  ["ISO dates with +05:30", csv(HOURS, (t) => `${stamp(t + 5.5 * HOUR_MS)}+05:30`), HOURS],
  ["dates with -0500 behind a blank", csv(HOURS, (t) => `${stamp(t - 5 * HOUR_MS)} -0500`), HOURS],
  ["dates with a zone's name", csv(HOURS, (t) => `${stamp(t - 5 * HOUR_MS)} EST`), HOURS],
  [
    "offsets that change",
    csv(HOURS, (t) => (t < HOURS[100][0] ? `${stamp(t + 2 * HOUR_MS)}+02:00` : `${stamp(t + HOUR_MS)}+01:00`)),
    HOURS,
  ],
  ["day first", csv(DAYS, (t) => dated(t, "d/m/y")), DAYS],
  ["month first", csv(DAYS, (t) => dated(t, "m/d/y")), DAYS],
  ["dots", csv(DAYS, (t) => dated(t, "d.m.y")), DAYS],
  ["two digits of a year, day first", csv(DAYS, (t) => dated(t, "d/m/Y")), DAYS],
  ["two digits of a year, month first", csv(DAYS, (t) => dated(t, "m/d/Y")), DAYS],
  ["two digits of a year in front", csv(DAYS, (t) => dated(t, "Y-m-d")), DAYS],
  ["a month's name in the middle", csv(DAYS, (t) => dated(t, "d-M-y")), DAYS],
  ["a month's name and two digits", csv(DAYS, (t) => dated(t, "d-M-Y")), DAYS],
  [
    "a month's name in front",
    table("Date,Open,High,Low,Close,Volume", DAYS, ([t, ...rest]) => [`"${dated(t, "M d, y")}"`, ...rest].join(",")),
    DAYS,
  ],
  [
    "a weekday in front",
    table("Date,Open,High,Low,Close,Volume", DAYS, ([t, ...rest]) =>
      [`"Mon, ${dated(t, "d M y")}"`, ...rest].join(","),
    ),
    DAYS,
  ],
  ["Chinese dates", csv(DAYS, (t) => dated(t, "y年m月d日")), DAYS],
  ["Korean dates", csv(DAYS, (t) => dated(t, "y- m- d")), DAYS],
  ["bare digits", csv(DAYS, (t) => dated(t, "ymd")), DAYS],
  [
    "hours with AM and PM",
    csv(
      HOURS,
      (t) => `${day(t)} ${((new Date(t).getUTCHours() + 11) % 12) + 1}-${new Date(t).getUTCHours() < 12 ? "AM" : "PM"}`,
    ),
    HOURS,
  ],
  ["the last moment of a day", csv(DAYS, (t) => `${day(t)} 23:59:59`), DAYS],
  [
    "the last millisecond of an hour",
    csv(HOURS, (t) => t + HOUR_MS - 1, "close_time,open,high,low,close,volume"),
    HOURS,
  ],
];

describe("times", () => {
  it.each([...EPOCHS, ...DATES])("are read, every cell: %s", async (_name, content, rows) => {
    const files = await read(content);
    expect(files).toHaveLength(1);
    expect(rowsOf(files[0])).toEqual(rows);
  });
});
