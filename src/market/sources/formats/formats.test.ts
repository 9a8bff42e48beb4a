import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  CompressionType,
  compressionRegistry,
  Float64,
  Table,
  TimestampMillisecond,
  tableToIPC,
  vectorFromArray,
} from "apache-arrow";
import { afterAll, describe, expect, it } from "vitest";
import { refusal } from "../../../../test/venues/refusal.ts";
import { temporaryFolder } from "../../../../test/venues/temporary-folder.ts";
import type { CandleRow } from "../../candles.ts";
import { writeParquet } from "../../store/engine.ts";
import { readCandleFile } from "../csv/candle-file.ts";
import { DAYS, day, HOURS, iso, TINY } from "../csv/testing/bars.ts";
import { rowsOf } from "../csv/testing/read-content.ts";
import { lz4Frame } from "./lz4.ts";

const LZ4_PLAIN =
  "BCJNGGRAp5gCAADwGnRpbWUsb3BlbixoaWdoLGxvdyxjbG9zZSx2b2x1bWUKMTcwNDA2NzIwAQD1BCwxMDAuNSwxMDIsOTksMTAxLDAhABM2IQ" +
  "ARMSEAMTMsMQ4ANDIsMSIAIzMyIgARMiIAETRAAAAqABUyIgATOCIAETMiAAJpAAAqABQzIgAjNDQiABE0IgATNmoANDUsNCIAFDWpABE1IgAT" +
  "N2oANTYsNSIABKoAETYiABM4agA0Nyw2IgAvNjLtAAMVNyEAHzjtAAQUOCIALzc07QAEFDkiAC84MO0ABBUxVAEvODbuAAQVMVUBLzky7wAEFT" +
  "FWAS85OPAABARoAD84MDTwAAMEZgA/ODEw8AAEFTIiAB828AAEBLsBPzgyMvAABBU0IgAfOO8ABAS7AT84MzTuAAQEuwE/ODQw7QAEFTciAB82" +
  "7QADBLsBPzg1Mu0ABBU5IgAfOO0ABAW7AT84NjTeAQUFVQEvNzDeAQUFVgEvNzbwAAQFaAAvODLwAAQFZwAvODjwAAMFZQAvOTTwAAQEuwE/OT" +
  "Aw8AAEFTQiAB827wAEBLsBPzkxMu4ABBU2IgAfOO0ABAS7AT85MjTtAAQEvAEvOTOnBAQVOSEAD6cEBgRTAS85NKgEBQW7AS85NKkEBQW7AS85" +
  "NaoEBQVoAC82MLsDBQUiAA+qBAUFZgAfN6oEBAW7AR83qgQFBbsBHziqBAUFuwEfOaoEBQW7AR85qQQFA7sBPzcwMKgEBRU4IgAPpwQFFDkiAB" +
  "8xpwQFFDAiAC8yMN4BBRUxIwAPqQQFBLsBPzcwM6oEBQVoAC8zOLsDBQQiAB80qgQFBWYAHzWqBAUVMyIAD6oEBBQ0IQAfNqoEBRU1IgAPqgQF" +
  "FDYiAB83qQQCUDA0LDcKAAAAAA5KW54=";
const LZ4_CHECKED =
  "BCJNGHxAGwgAAAAAAAAOmAIAAPAadGltZSxvcGVuLGhpZ2gsbG93LGNsb3NlLHZvbHVtZQoxNzA0MDY3MjABAPUELDEwMC41LDEwMiw5OSwxMD" +
  "EsMCEAEzYhABExIQAxMywxDgA0MiwxIgAjMzIiABEyIgARNEAAACoAFTIiABM4IgARMyIAAmkAACoAFDMiACM0NCIAETQiABM2agA0NSw0IgAU" +
  "NakAETUiABM3agA1Niw1IgAEqgARNiIAEzhqADQ3LDYiAC82Mu0AAxU3IQAfOO0ABBQ4IgAvNzTtAAQUOSIALzgw7QAEFTFUAS84Nu4ABBUxVQ" +
  "EvOTLvAAQVMVYBLzk48AAEBGgAPzgwNPAAAwRmAD84MTDwAAQVMiIAHzbwAAQEuwE/ODIy8AAEFTQiAB847wAEBLsBPzgzNO4ABAS7AT84NDDt" +
  "AAQVNyIAHzbtAAMEuwE/ODUy7QAEFTkiAB847QAEBbsBPzg2NN4BBQVVAS83MN4BBQVWAS83NvAABAVoAC84MvAABAVnAC84OPAAAwVlAC85NP" +
  "AABAS7AT85MDDwAAQVNCIAHzbvAAQEuwE/OTEy7gAEFTYiAB847QAEBLsBPzkyNO0ABAS8AS85M6cEBBU5IQAPpwQGBFMBLzk0qAQFBbsBLzk0" +
  "qQQFBbsBLzk1qgQFBWgALzYwuwMFBSIAD6oEBQVmAB83qgQEBbsBHzeqBAUFuwEfOKoEBQW7AR85qgQFBbsBHzmpBAUDuwE/NzAwqAQFFTgiAA" +
  "+nBAUUOSIAHzGnBAUUMCIALzIw3gEFFTEjAA+pBAUEuwE/NzAzqgQFBWgALzM4uwMFBCIAHzSqBAUFZgAfNaoEBRUzIgAPqgQEFDQhAB82qgQF" +
  "FTUiAA+qBAUUNiIAHzepBAJQMDQsNwpksz3vAAAAAA5KW54=";

const folder = temporaryFolder();
afterAll(folder.remove);
const place = (name: string): string => join(folder.path, name);
const NAMES = ["time", "open", "high", "low", "close", "volume"];
const objects = (
  rows: readonly CandleRow[],
  time: (tsMs: number) => number | string,
): Record<string, number | string>[] =>
  rows.map(([t, open, high, low, close, volume]) => ({ time: time(t), open, high, low, close, volume }));

describe("JSON", () => {
  it.each<readonly [string, unknown, readonly CandleRow[]]>([
    ["rows as objects", objects(HOURS, iso), HOURS],
    ["rows as arrays, as exchanges send them", HOURS, HOURS],
    ["rows of texts with more behind the volume", HOURS.map((row) => [...row.map(String), "9", "1.5"]), HOURS],
    [
      "rows in a reply",
      { retCode: 0, result: { category: "linear", list: HOURS.toReversed().map((r) => r.map(String)) } },
      HOURS,
    ],
    [
      "a reply with a word beside the rows",
      {
        error: [],
        result: {
          XXBTZUSD: HOURS.map(([t, o, h, l, c, v]) => [
            t / 1000,
            `${o}`,
            `${h}`,
            `${l}`,
            `${c}`,
            `${(h + l) / 2}`,
            `${v}`,
            7,
          ]),
          last: 5,
        },
      },
      HOURS,
    ],
    [
      "columns",
      {
        t: HOURS.map(([t]) => t / 1000),
        o: HOURS.map((r) => r[1]),
        h: HOURS.map((r) => r[2]),
        l: HOURS.map((r) => r[3]),
        c: HOURS.map((r) => r[4]),
        v: HOURS.map((r) => r[5]),
        s: "ok",
      },
      HOURS,
    ],
    [
      "pandas, split",
      {
        columns: ["open", "high", "low", "close", "volume"],
        index: DAYS.map(([t]) => t),
        data: DAYS.map((r) => r.slice(1)),
      },
      DAYS,
    ],
    [
      "pandas, columns by row",
      Object.fromEntries(NAMES.map((name, c) => [name, Object.fromEntries(HOURS.map((r, i) => [`${i}`, r[c]]))])),
      HOURS,
    ],
    [
      "rows by day",
      {
        "Meta Data": { a: "b" },
        "Time Series (Daily)": Object.fromEntries(
          DAYS.toReversed().map(([t, o, h, l, c, v]) => [
            day(t),
            { "1. open": `${o}`, "2. high": `${h}`, "3. low": `${l}`, "4. close": `${c}`, "5. volume": `${v}` },
          ]),
        ),
      },
      DAYS,
    ],
    [
      "Yahoo's chart",
      {
        chart: {
          result: [
            {
              meta: {},
              timestamp: DAYS.map(([t]) => t / 1000),
              indicators: {
                quote: [
                  {
                    close: DAYS.map((r) => r[4]),
                    open: DAYS.map((r) => r[1]),
                    low: DAYS.map((r) => r[3]),
                    high: DAYS.map((r) => r[2]),
                    volume: DAYS.map((r) => r[5]),
                  },
                ],
              },
            },
          ],
        },
      },
      DAYS,
    ],
    [
      "OANDA's mid prices",
      {
        candles: HOURS.map(([t, o, h, l, c, v]) => ({
          complete: true,
          volume: v,
          time: iso(t),
          mid: { o: `${o}`, h: `${h}`, l: `${l}`, c: `${c}` },
        })),
      },
      HOURS,
    ],
    ["tiny prices", objects(TINY, (t) => t), TINY],
  ])("%s", async (_name, value, rows) => {
    const path = place("BTCUSDT.json");
    writeFileSync(path, JSON.stringify(value));
    const [file] = await readCandleFile(path);
    expect(rowsOf(file)).toEqual(rows);
    writeFileSync(place("BTCUSDT-z.json.gz"), gzipSync(JSON.stringify(value, null, 1)));
    expect(rowsOf((await readCandleFile(place("BTCUSDT-z.json.gz")))[0])).toEqual(rows);
  });

  const other = HOURS.map(([t, o, h, l, c, v]): CandleRow => [t, 2 * o, 2 * h, 2 * l, 2 * c, v]);
  const withMore = objects(other, iso).map((row) => ({ ...row, splits: 0 }));
  it.each<readonly [string, unknown]>([
    ["by name", { AAPL: objects(HOURS, iso), MSFT: objects(other, iso) }],
    ["by name, as arrays in a reply", { bars: { AAPL: HOURS, MSFT: other }, next_page_token: null }],
    ["by name, one with a column more", { AAPL: objects(HOURS, iso), MSFT: withMore, events: [[1], [2], [3], [4]] }],
    [
      "in a list",
      [
        { symbol: "AAPL", candles: objects(HOURS, iso) },
        { symbol: "MSFT", candles: withMore },
      ],
    ],
    [
      "in a list inside of a reply",
      { data: ["AAPL", "MSFT"].map((symbol, i) => ({ meta: { symbol }, values: [HOURS, other][i] })) },
    ],
  ])("reads every market of a file: %s", async (_name, value) => {
    const path = place("many.json");
    writeFileSync(path, JSON.stringify(value));
    const files = await readCandleFile(path);
    expect(files.map((file) => [file.symbol, rowsOf(file)])).toEqual([
      ["AAPL", HOURS],
      ["MSFT", other],
    ]);
  });

  it("reads the candles, however many trades stand beside them", async () => {
    const path = place("BTCUSDT.json");
    const trades = [...HOURS, ...HOURS].map(([t, price]) => ({ time: iso(t), price, quantity: 1 }));
    writeFileSync(path, JSON.stringify({ trades, candles: objects(HOURS, iso) }));
    expect((await readCandleFile(path)).map(rowsOf)).toEqual([HOURS]);
  });

  it("reads every page of a market", async () => {
    const path = place("BTCUSDT.json");
    writeFileSync(path, JSON.stringify([HOURS.slice(0, 100), HOURS.slice(100, 200), HOURS.slice(200)]));
    expect((await readCandleFile(path)).map(rowsOf)).toEqual([HOURS]);
    const pages = [HOURS.slice(0, 150), HOURS.slice(150)].map((rows) => ({ ok: true, result: objects(rows, iso) }));
    writeFileSync(path, JSON.stringify(pages));
    expect((await readCandleFile(path)).map(rowsOf)).toEqual([HOURS]);
  });

  it("reads one value a line, and values that Python calls NaN", async () => {
    const lines = objects(HOURS, (t) => t).map((row, i) =>
      JSON.stringify(row).replace(/"volume":[^}]+/, i === 3 ? '"volume":NaN' : "$&"),
    );
    writeFileSync(place("X.ndjson"), `${lines.join("\n")}\n`);
    const [file] = await readCandleFile(place("X.ndjson"));
    expect(rowsOf(file)).toEqual(HOURS.map((row, i) => (i === 3 ? [...row.slice(0, 5), 0] : row)));
  });

  it("says what is wrong", async () => {
    writeFileSync(place("X.json"), '{"a": 1, "b": [1, 2]}');
    expect((await refusal(readCandleFile(place("X.json")))).what).toContain("no rows of candles");
    writeFileSync(place("X.json"), '[{"time": 1,');
    expect((await refusal(readCandleFile(place("X.json")))).what).toContain("JSON can't be read");
  });
});

describe("Parquet", () => {
  it("is read to the last bit", async () => {
    const path = place("BTCUSDT.parquet");
    const names = ["timestamp", ...NAMES.slice(1)];
    await writeParquet(path, new Map(names.map((name, c) => [name, Float64Array.from(TINY, (row) => row[c])])));
    const [file] = await readCandleFile(path);
    expect(file.symbol).toBe("BTCUSDT");
    expect(rowsOf(file)).toEqual(TINY);
  });

  it("is refused where it is damaged", async () => {
    writeFileSync(place("X.parquet"), "PAR1 and no more");
    expect((await refusal(readCandleFile(place("X.parquet")))).what).toContain("Parquet file can't be read");
  });
});

const arrow = (rows: readonly CandleRow[]) =>
  new Table({
    date: vectorFromArray(
      rows.map(([t]) => new Date(t)),
      new TimestampMillisecond(),
    ),
    ...Object.fromEntries(
      NAMES.slice(1).map((name, c) => [
        name,
        vectorFromArray(
          rows.map((row) => row[c + 1]),
          new Float64(),
        ),
      ]),
    ),
  });

describe("Arrow and Feather", () => {
  it("are read as files and as streams", async () => {
    for (const kind of ["file", "stream"] as const) {
      writeFileSync(place("BTCUSDT.feather"), tableToIPC(arrow(HOURS), kind));
      const [file] = await readCandleFile(place("BTCUSDT.feather"));
      expect(rowsOf(file), `the ${kind}`).toEqual(HOURS);
    }
  });

  it("are read compressed", async () => {
    compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: lz4Frame, encode: storedFrame });
    writeFileSync(place("BTCUSDT.feather"), tableToIPC(arrow(DAYS), "file", CompressionType.LZ4_FRAME));
    const [file] = await readCandleFile(place("BTCUSDT.feather"));
    expect(rowsOf(file)).toEqual(DAYS);
  });

  it("are read compressed with Zstandard", async () => {
    const { decompress } = await import("fzstd");
    compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => decompress(data), encode: repeatedFrame });
    // Only what gets smaller is written compressed: a column of one value does.
    const calm = DAYS.map((row) => row.map((value, c) => (c === 5 ? 0 : value)) as unknown as (typeof DAYS)[number]);
    const bytes = tableToIPC(arrow(calm), "file", CompressionType.ZSTD);
    expect(Buffer.from(bytes).includes(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))).toBe(true);
    writeFileSync(place("BTCUSDT.feather"), bytes);
    const [file] = await readCandleFile(place("BTCUSDT.feather"));
    expect(rowsOf(file)).toEqual(calm);
  });

  it("are refused where they are damaged or of the first version", async () => {
    writeFileSync(place("X.feather"), "ARROW1\0\0 and no more");
    expect((await refusal(readCandleFile(place("X.feather")))).what).toContain("Arrow file breaks off");
    writeFileSync(place("X.feather"), "FEA1 and no more");
    expect((await refusal(readCandleFile(place("X.feather")))).what).toContain("first version of Feather");
  });
});

/** A frame whose only block is stored as it is. */
function storedFrame(data: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(7 + 4 + data.length + 4);
  frame.writeUInt32LE(0x184d2204, 0);
  frame.set([0x60, 0x40, 0], 4);
  frame.writeUInt32LE((0x80000000 | data.length) >>> 0, 7);
  frame.set(data, 11);
  return frame;
}

/** A Zstandard frame (RFC 8878) of one block, with its content's size in four bytes: a repeated byte, or as it is. */
function repeatedFrame(data: Uint8Array): Uint8Array {
  const isOne = data.every((byte) => byte === data[0]);
  const block = isOne ? data.subarray(0, 1) : data;
  const frame = Buffer.alloc(4 + 1 + 4 + 3 + block.length);
  frame.writeUInt32LE(0xfd2fb528, 0);
  frame[4] = 0b1010_0000;
  frame.writeUInt32LE(data.length, 5);
  frame.writeUIntLE((data.length << 3) | (isOne ? 0b011 : 0b001), 9, 3);
  frame.set(block, 12);
  return frame;
}

const line = (i: number): string =>
  `${1_704_067_200_000 + i * 60_000},${100 + (i % 7)}.5,${102 + (i % 7)},${99 + (i % 7)},${101 + (i % 7)},${i % 13}\n`;

describe("LZ4 frames", () => {
  const text = `time,open,high,low,close,volume\n${Array.from({ length: 60 }, (_, i) => line(i)).join("")}`;

  // Written by the command `lz4 -9`, without and with the size of the content and sums of the blocks.
  it.each([LZ4_PLAIN, LZ4_CHECKED])("are unpacked", (base64) => {
    expect(Buffer.from(lz4Frame(Buffer.from(base64, "base64"))).toString()).toBe(text);
  });

  it("are refused where they are none", () => {
    expect(() => lz4Frame(Buffer.from("no frame"))).toThrow("magic");
  });
});
