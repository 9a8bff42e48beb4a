import { afterAll, describe, expect, it } from "vitest";
import { refusal } from "../../../../test/venues/refusal.ts";
import { DAYS, dated, table } from "../csv/testing/bars.ts";
import { contentReader, rowsOf } from "../csv/testing/read-content.ts";

const { read, remove } = contentReader();
afterAll(remove);

const HEAD = "time,open,high,low,close,volume";
/** Seconds from 1970 to the beginning of 2001 and of 1980's satellites. */
const MAC = 978_307_200;
const GPS = 315_964_800;
const counted = (rows: typeof DAYS, fromSeconds: number): string =>
  table(HEAD, rows, ([t, ...rest]) => [t / 1000 - fromSeconds, ...rest].join(","));
const weekdays = DAYS.filter(([t]) => ![0, 6].includes(new Date(t).getUTCDay()));
/** Days of a spreadsheet, so many days later than they are. */
const serials = (days: number): string =>
  table(HEAD, weekdays, ([t, ...rest]) => [t / 86_400_000 + 25_569 + days, ...rest].join(","));

describe("times that count from another year than 1970", () => {
  it("are refused where no market was open on all days of the week", async () => {
    const { what, fix } = await refusal(read(counted(DAYS, MAC)));
    expect(what).toContain("all days of the week");
    expect(fix).toContain("--epoch 2001-01-01");
    expect(fix).toContain("--time-unit s");
  });

  it.each([MAC, GPS])("are refused where the weekend falls on other days: %d", async (from) => {
    expect((await refusal(read(counted(weekdays, from), "AAPL.csv"))).what).toContain(
      "none on two other days of the week",
    );
  });

  it("are read where they count from 1970, where the user says what they are, and as dates", async () => {
    expect(rowsOf((await read(counted(DAYS, 0)))[0])).toEqual(DAYS);
    expect(rowsOf((await read(counted(weekdays, 0), "AAPL.csv"))[0])).toEqual(weekdays);
    const old = DAYS.map(([t, ...rest]): (typeof DAYS)[number] => [t - MAC * 1000, ...rest]);
    expect(rowsOf((await read(counted(DAYS, MAC), "BTCUSDT.csv", { timeUnit: "s" }))[0])).toEqual(old);
    expect(rowsOf((await read(table(HEAD, old, ([t, ...rest]) => [dated(t, "y-m-d"), ...rest].join(","))))[0])).toEqual(
      old,
    );
  });

  it.each([
    ["2001-01-01", "s", (t: number) => t / 1000 - MAC],
    ["1904-01-01", "excel", (t: number) => (t - Date.UTC(1904, 0, 1)) / 86_400_000],
    ["1980-01-06", "ms", (t: number) => t - Date.UTC(1980, 0, 6)],
  ])("are read where the user says that it is %s, in %s", async (epoch, _unit, count) => {
    const text = table(HEAD, DAYS, ([t, ...rest]) => [count(t), ...rest].join(","));
    const [file] = await read(text, "BTCUSDT.csv", { epoch });
    expect(rowsOf(file)).toEqual(DAYS);
    expect(file.notes).toContain(`times count from ${epoch}`);
  });

  it("are doubted where the name of the file or its age says otherwise", async () => {
    const year = new Date(DAYS[0][0]).getUTCFullYear();
    expect((await read(serials(0), `AAPL-1d-${year}.csv`))[0].warnings).toEqual([]);
    expect((await read(serials(0), "AAPL-1d-2009.csv"))[0].warnings[0]).toContain("--epoch");
    expect((await read(serials(7 * 52 * 30), "AAPL-1d.csv"))[0].warnings[0]).toContain("the file was written on");
  });

  it("are refused for what is no day", async () => {
    expect((await refusal(read(counted(DAYS, 0), "BTCUSDT.csv", { epoch: "1904" }))).fix).toContain(
      "--epoch 1904-01-01",
    );
  });
});
