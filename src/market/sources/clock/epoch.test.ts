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

describe("times that count from another year than 1970", () => {
  it("are refused where no market was open on all days of the week", async () => {
    const { what, fix } = await refusal(read(counted(DAYS, MAC)));
    expect(what).toContain("all days of the week");
    expect(fix).toContain(`add ${MAC} seconds`);
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
});
