import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  Decimal,
  Field,
  Float64,
  makeData,
  makeVector,
  Struct,
  Table,
  TimestampMillisecond,
  tableToIPC,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import { afterAll, describe, expect, it } from "vitest";
import { refusal } from "../../../../test/venues/refusal.ts";
import { temporaryFolder } from "../../../../test/venues/temporary-folder.ts";
import { readCandleFile } from "../csv/candle-file.ts";
import { HOURS } from "../csv/testing/bars.ts";
import { rowsOf } from "../csv/testing/read-content.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const NAMES = ["open", "high", "low", "close", "volume"];
/** Tenths are no numbers of 32 bits: written plainly they would have eight digits more than the file meant. */
const ROWS = HOURS.map(([t, ...values]) => [t, ...values.map((value) => value + 0.1)] as const);
const column = (c: number): number[] => ROWS.map((row) => row[c]);
const time = vectorFromArray(column(0), new TimestampMillisecond());

function written(name: string, columns: Record<string, Vector>): string {
  const path = join(folder.path, name);
  writeFileSync(path, tableToIPC(new Table({ time, ...columns }), "file"));
  return path;
}

/** Numbers with eight digits behind the point, as words of 32 bits. */
function decimals(values: readonly number[]): Vector {
  const data = new Uint32Array(4 * values.length);
  for (const [row, value] of values.entries()) {
    const whole = BigInt(Math.round(value * 1e8));
    for (let word = 0; word < 4; word++) data[4 * row + word] = Number((whole >> BigInt(32 * word)) & 0xffff_ffffn);
  }
  return makeVector(makeData({ type: new Decimal(8, 18, 128), length: values.length, nullCount: 0, data }));
}

describe("an Arrow file", () => {
  it("with numbers of 32 bits has the digits that were meant", async () => {
    const columns = Object.fromEntries(NAMES.map((name, c) => [name, makeVector(Float32Array.from(column(c + 1)))]));
    const [read] = await readCandleFile(written("BTCUSDT.feather", columns));
    expect(rowsOf(read)).toEqual(ROWS.map(([t, ...values]) => [t, ...values.map((value) => Number(value.toFixed(4)))]));
  });

  it("with decimals has them to the last digit", async () => {
    const columns = Object.fromEntries(NAMES.map((name, c) => [name, decimals(column(c + 1))]));
    const [read] = await readCandleFile(written("BTCUSDT.feather", columns));
    expect(rowsOf(read)).toEqual(ROWS.map(([t, ...values]) => [t, ...values.map((value) => Number(value.toFixed(8)))]));
  });

  it("whose prices stand in one column of four is refused, with what to do", async () => {
    const bars = ROWS.map(([, open, high, low, close]) => ({ open, high, low, close }));
    const type = new Struct(NAMES.slice(0, 4).map((name) => new Field(name, new Float64())));
    const path = written("BTCUSDT.feather", { bar: vectorFromArray(bars, type) });
    const { where, what, fix } = await refusal(readCandleFile(path));
    expect([where, what]).toEqual([`${path}, column "bar"`, "Each row of the column holds several values"]);
    expect(fix).toContain("a column of its own");
  });

  it("may hold lists beside its prices", async () => {
    const plain = Object.fromEntries(NAMES.map((name, c) => [name, vectorFromArray(column(c + 1), new Float64())]));
    const path = written("BTCUSDT.feather", {
      ...plain,
      tags: vectorFromArray(
        ROWS.map(() => ({ a: 1 })),
        new Struct([new Field("a", new Float64())]),
      ),
    });
    expect((await readCandleFile(path))[0].candles.length).toBe(ROWS.length);
  });
});
