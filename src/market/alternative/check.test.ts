import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../../core/index.ts";
import { seriesSpec } from "../../venues/choices.ts";
import { checkSeries } from "./check.ts";
import { describeRows } from "./describe.ts";
import type { Row } from "./rows.ts";

const MOOD = seriesSpec("fear-greed.index");
const DAY0 = Date.UTC(2025, 0, 1);
/** A value of a day that came `late` ms after its stamp. */
const row = (day: number, value: number, late = HOUR_MS, revision = 0): Row => {
  const event = DAY0 + day * DAY_MS;
  return [event, -1, event + late, event + late, revision, 1, value];
};
const days = Array.from({ length: 20 }, (_, day) => row(day, 20 + day));
const kinds = (rows: readonly Row[], nowMs = DAY0 + 20 * DAY_MS): string[] =>
  checkSeries(describeRows(MOOD, "market", rows, 1), nowMs).map(({ kind }) => kind);

test("a series that is as its source promises has nothing doubtful", () => {
  expect(kinds(days)).toEqual([]);
});

test.each<[string, readonly Row[]]>([
  ["gaps", days.filter((_, day) => day < 5 || day > 8)],
  ["late", days.map((own, day) => (day > 16 ? row(day, own[6], 3 * DAY_MS) : own))],
  ["revised", [...days, row(4, 50, 5 * DAY_MS, 1)]],
  ["unchanged", days.map((own, day) => (day > 3 ? row(day, 60) : own))],
  ["outside", days.map((own, day) => (day === 7 ? row(day, 101) : own))],
])("%s is found, and nothing else", (kind, rows) => {
  expect(kinds(rows)).toEqual([kind]);
});

test("a newest value beyond its age is stale", () => {
  expect(kinds(days, DAY0 + 30 * DAY_MS)).toEqual(["stale"]);
});

test("the lag is measured from the end of the period, over first values that were recorded", () => {
  const rows = [
    ...days,
    row(0, 3, 9 * DAY_MS, 1),
    ...[30, 31].map((day): Row => [DAY0 + day * DAY_MS, -1, 0, 0, 0, 0, 1]),
  ];
  const described = describeRows(MOOD, "market", rows, 1);
  expect([described.measuredLagMs, described.slowLagMs, described.recorded]).toEqual([HOUR_MS, HOUR_MS, 21]);
  expect(described.longestGaps).toEqual([[DAY0 + 19 * DAY_MS, DAY0 + 30 * DAY_MS]]);
});
