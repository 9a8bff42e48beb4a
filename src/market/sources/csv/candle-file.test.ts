import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { refusal } from "../../../../test/venues/refusal.ts";
import { temporaryFolder } from "../../../../test/venues/temporary-folder.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, parseTimeframe } from "../../../core/index.ts";
import { type CandleRow, candleRow } from "../../candles.ts";
import { syntheticMarket } from "../../synthetic/market.ts";
import { type CandleFile, type CandleFileOptions, readCandleFile } from "./candle-file.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const START_MS = Date.UTC(2024, 2, 1);
const ROWS: readonly CandleRow[] = Array.from({ length: 30 }, (_, i) => {
  const open = 100 + i;
  return [START_MS + i * 5 * MINUTE_MS, open, open + 2.5, open - 1.25, open + 1, 10.125 + i];
});

const write = (text: string | Buffer, name = "BTCUSDT.csv"): string => {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
};
const read = async (text: string | Buffer, options: CandleFileOptions = {}, name?: string): Promise<CandleFile> => {
  const [file] = await readCandleFile(write(text, name), options);
  return file;
};
const rowsOf = ({ candles }: CandleFile): CandleRow[] =>
  Array.from({ length: candles.length }, (_, i) => candleRow(candles, i));
const lines = (rows: readonly CandleRow[], text: (row: CandleRow) => string): string => rows.map(text).join("\n");
const iso = (tsMs: number): string => new Date(tsMs).toISOString();

const days = (order: (y: string, m: string, d: string) => string, count: number): string =>
  `Date,Open,High,Low,Close,Volume\n${lines(ROWS.slice(0, count), (row) => {
    const [y, m, d] = iso(START_MS + ROWS.indexOf(row) * DAY_MS)
      .slice(0, 10)
      .split("-");
    return [order(y, m, d), ...row.slice(1)].join(",");
  })}`;

describe("dialects of candle files", () => {
  const plain = `timestamp,open,high,low,close,volume\n${lines(ROWS, (row) => row.join(","))}\n`;

  it.each<readonly [string, string | Buffer, CandleFileOptions]>([
    ["the plain form", plain, {}],
    ["gzip", gzipSync(plain), {}],
    ["UTF-8 with a byte order mark and Windows line ends", `\uFEFF${plain.replaceAll("\n", "\r\n")}`, {}],
    ["UTF-16", Buffer.from(`\uFEFF${plain}`, "utf16le"), {}],
    ["no line break at the end", plain.trimEnd(), {}],
    [
      "semicolons and decimal commas",
      `time;o;h;l;c;v\n${lines(ROWS, (row) => row.join(";").replaceAll(".", ","))}`,
      {},
    ],
    [
      "tabs and seconds",
      `unix\topen\thigh\tlow\tclose\tvol\n${lines(ROWS, ([t, ...rest]) => [t / 1000, ...rest].join("\t"))}`,
      {},
    ],
    [
      "microseconds",
      `open_time,open,high,low,close,volume\n${lines(ROWS, ([t, ...rest]) => [t * 1000, ...rest].join(","))}`,
      {},
    ],
    [
      "seconds with an exponent",
      `ts,open,high,low,close,volume\n${lines(ROWS, ([t, ...rest]) => [(t / 1000).toExponential(), ...rest].join(","))}`,
      {},
    ],
    ["ISO dates", `Date,Open,High,Low,Close,Volume\n${lines(ROWS, ([t, ...rest]) => [iso(t), ...rest].join(","))}`, {}],
    [
      "dates with a zone",
      `date,open,high,low,close,volume\n${lines(ROWS, ([t, ...rest]) => [iso(t + 2 * HOUR_MS).replace("Z", "+02:00"), ...rest].join(","))}`,
      {},
    ],
    [
      "a banner, the newest row first, two times and two volumes",
      `https://www.example.com\nfree data\nunix,date,symbol,open,high,low,close,Volume USDT,Volume BTC\n${lines([...ROWS].reverse(), ([t, o, h, l, c, v]) => [t, iso(t), "BTC/USDT", o, h, l, c, v * c, v].join(","))}`,
      {},
    ],
    [
      "other columns first",
      `symbol,volume,close,low,high,open,start_time\n${lines(ROWS, ([t, o, h, l, c, v]) => ["BTCUSDT", v, c, l, h, o, t].join(","))}`,
      {},
    ],
    ["no header", lines(ROWS, (row) => row.join(",")), {}],
    ["no header and twelve columns", lines(ROWS, (row) => [...row, row[0] + 299_999, 1, 2, 3, 4, 0].join(",")), {}],
    ["no header and the close before the high", lines(ROWS, ([t, o, h, l, c, v]) => [t, o, c, h, l, v].join(",")), {}],
    [
      "no header and columns as given",
      lines(ROWS, ([t, o, h, l, c, v]) => [v, c, "x", l, h, o, t].join("|")),
      { columns: ["volume", "close", "-", "low", "high", "open", "timestamp"] },
    ],
    [
      "quoted fields",
      `"Date","Open","High","Low","Close","Volume"\n${lines(ROWS, ([t, ...rest]) => [iso(t), ...rest].map((x) => `"${x}"`).join(","))}`,
      {},
    ],
    [
      "date and time of day in two columns",
      `<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n${lines(ROWS, ([t, ...rest]) => [iso(t).slice(0, 10).replaceAll("-", "."), iso(t).slice(11, 19), ...rest].join("\t"))}`,
      {},
    ],
    ["comments and empty lines", `# a comment\n\n${plain.replace("\n", "\n# another\n\n")}`, {}],
    ["times of the close", plain.replace(/^\d+/gm, (t) => `${Number(t) + 5 * MINUTE_MS}`), { stampedAt: "close" }],
  ])("reads %s", async (_name, text, options) => {
    const file = await read(text, options);
    expect(rowsOf(file)).toEqual(ROWS);
    expect(file.timeframe).toBe("5m");
    expect(file.symbol?.replace("/", "")).toBe("BTCUSDT");
  });

  it("reads days with the day first and the month first, and asks where both are possible", async () => {
    for (const [text, options] of [
      [days((y, m, d) => `${d}/${m}/${y}`, 30), {}],
      [days((y, m, d) => `${m}/${d}/${y}`, 30), {}],
      [days((y, m, d) => `${d}.${m}.${y}`, 10), {}],
      [days((y, m, d) => `${Number(m)}/${Number(d)}/${y}`, 10), { dateOrder: "month-first" }],
      [days((y, m, d) => `${y}${m}${d}`, 10), {}],
    ] as [string, CandleFileOptions][]) {
      const file = await read(text, options);
      expect(file.timeframe, `${text.slice(0, 60)} is daily`).toBe("1d");
      expect(file.candles.timeMs[1]).toBe(START_MS + DAY_MS);
    }
    const error = await refusal(read(days((y, m, d) => `${m}/${d}/${y}`, 10)));
    expect(error.code).toBe("DATA_FORMAT");
    expect(error.fix).toContain("order");
  });

  it("reads back what any dialect wrote", async () => {
    const price = fc.integer({ min: 1, max: 10_000_000 }).map((ticks) => ticks / 100);
    const row = fc.tuple(
      price,
      price,
      price,
      price,
      fc.integer({ min: 0, max: 1e9 }).map((lots) => lots / 1000),
    );
    const dialect = fc.record({
      rows: fc.array(row, { minLength: 2, maxLength: 40 }),
      barMs: fc.constantFrom(MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS),
      delimiter: fc.constantFrom(",", ";", "\t", "|"),
      unit: fc.constantFrom("s", "ms", "us", "iso"),
      newestFirst: fc.boolean(),
      banner: fc.integer({ min: 0, max: 3 }),
      order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
      names: fc.constantFrom(
        ["timestamp", "open", "high", "low", "close", "volume"],
        ["Time", "O", "H", "L", "C", "V"],
        ["Open Time", "Open Price", "High Price", "Low Price", "Close Price", "Volume BTC"],
      ),
      gzip: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(dialect, async ({ rows, barMs, delimiter, unit, newestFirst, banner, order, names, gzip }) => {
        const expected = rows.map(([a, b, c, d, v], i): CandleRow => {
          const [low, x, y, high] = [a, b, c, d].sort((p, q) => p - q);
          return [START_MS + i * barMs, x, high, low, y, v];
        });
        const time = (t: number): string =>
          unit === "iso" ? iso(t) : `${unit === "s" ? t / 1000 : unit === "us" ? t * 1000 : t}`;
        const body = expected.map(([t, ...rest]) => {
          const fields = [time(t), ...rest];
          return order.map((k) => fields[k]).join(delimiter);
        });
        if (newestFirst) body.reverse();
        const head = order.map((k) => names[k]).join(delimiter);
        const text = `${"a line about something, else\n".repeat(banner)}${head}\n${body.join("\n")}\n`;
        const file = await read(gzip ? gzipSync(text) : text, {}, "X-Y.csv");
        expect(rowsOf(file)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("takes symbol and timeframe from the name where the file doesn't tell them", async () => {
    const one = `timestamp,open,high,low,close,volume\n${ROWS[0].join(",")}\n`;
    for (const [name, symbol, timeframe] of [
      ["BTCUSDT-5m.csv", "BTCUSDT", "5m"],
      ["Binance_ETHUSDT_1h.csv", "ETHUSDT", "1h"],
      ["sol-usdt_4h.csv", "SOLUSDT", "4h"],
      ["BINANCE_BTCUSDT, 15min.csv", "BTCUSDT", "15m"],
      ["AAPL_daily.csv", "AAPL", "1d"],
      ["kraken-EURUSD-1d.csv", "EURUSD", "1d"],
    ] as const) {
      const file = await read(one, {}, name);
      expect([file.symbol, file.timeframe], `${name} says it`).toEqual([symbol, timeframe]);
    }
    expect((await refusal(read(one, {}, "BTCUSDT.csv"))).fix).toContain("timeframe");
  });
});

describe("files that are refused", () => {
  const header = "timestamp,open,high,low,close,volume";
  const body = ROWS.map((row) => row.join(","));
  const file = (rows: readonly string[], head = header): string => `${head}\n${rows.join("\n")}\n`;
  const replaced = (index: number, line: string): string => file(body.map((row, i) => (i === index ? line : row)));
  const at = `${START_MS + 50 * MINUTE_MS}`;

  it.each<readonly [string, string | Buffer, RegExp, RegExp, CandleFileOptions]>([
    [
      "a high below the low",
      replaced(10, `${at},10,9,11,10,1`),
      /line 12, column "high"/,
      /high 9 is below low 11/,
      {},
    ],
    [
      "a close outside of the range",
      replaced(10, `${at},10,11,9,12,1`),
      /line 12, column "close"/,
      /close 12 is outside/,
      {},
    ],
    ["a price of zero", replaced(10, `${at},0,11,9,10,1`), /line 12, column "open"/, /not above zero/, {}],
    ["an empty price beside others", replaced(10, `${at},10,11,,10,1`), /line 12, column "low"/, /not a number/, {}],
    [
      "a word in a price",
      replaced(10, `${at},10,eleven,9,10,1`),
      /line 12, column "high"/,
      /"eleven" is not a number/,
      {},
    ],
    ["a word in a time", replaced(10, "yesterday,10,11,9,10,1"), /line 12, column "timestamp"/, /not a time/, {}],
    [
      "a time of the Middle Ages",
      replaced(10, "-30000000000000,10,11,9,10,1"),
      /line 12, column "timestamp"/,
      /not a time/,
      {},
    ],
    ["a volume below zero", replaced(10, `${at},10,11,9,10,-1`), /line 12, column "volume"/, /below zero/, {}],
    ["a short line", replaced(10, `${at},10,11`), /line 12/, /3 of at least 6 columns/, {}],
    ["a last line that breaks off", file(body).slice(0, -12), /line 31/, /breaks off/, {}],
    [
      "high and low exchanged",
      file(body, "timestamp,open,low,high,close,volume"),
      /line 2, column "low"|line 2, column "high"/,
      /below low/,
      {},
    ],
    [
      "time and open exchanged",
      file(body, "open,timestamp,high,low,close,volume"),
      /column "timestamp"/,
      /not a time/,
      {},
    ],
    [
      "a time in the place of a price",
      file(
        ROWS.map(([t, ...r]) => [t, t, ...r].join(",")),
        "timestamp,open,high,low,close,volume,x",
      ),
      /line 2, column "open"/,
      /looks like a time/,
      {},
    ],
    [
      "volume and close exchanged",
      file(body, "timestamp,open,high,low,volume,close"),
      /line 2, column "close"/,
      /is outside/,
      {},
    ],
    [
      "a header without a close",
      file(body, "timestamp,open,high,low,settle,volume"),
      /line 1/,
      /no column for close; it has timestamp, open/,
      {},
    ],
    [
      "a text that is no table",
      "Lorem ipsum dolor sit amet,\nconsectetur, adipiscing elit.\n",
      /BTCUSDT.csv/,
      /No line names the columns/,
      {},
    ],
    ["an empty file", "", /BTCUSDT.csv/, /no rows/, {}],
    ["a header alone", `${header}\n`, /BTCUSDT.csv/, /no rows/, {}],
    [
      "another timeframe than the given one",
      file(body),
      /BTCUSDT.csv/,
      /5m apart, not 1h/,
      { timeframe: parseTimeframe("1h") },
    ],
    [
      "given columns that lack one",
      file(body),
      /BTCUSDT.csv/,
      /don't name close/,
      { columns: ["timestamp", "open", "high", "low"] },
    ],
    ["a ZIP archive", Buffer.from("504b0304140000000800", "hex"), /BTCUSDT.csv/, /ZIP/, {}],
    ["a gzip file that is cut", gzipSync(file(body.concat(body))).subarray(0, 300), /line \d+/, /breaks off/, {}],
    ["a gzip file that is damaged", damaged(gzipSync(file(body))), /line \d+/, /damaged|breaks off/, {}],
  ])("names line, column and reason of %s", async (_name, text, where, what, options) => {
    const error = await refusal(read(text, options));
    expect(error.code).toBe("DATA_FORMAT");
    expect(error.exitCode).toBe(3);
    expect(error.where).toMatch(where);
    expect(error.what).toMatch(what);
    expect(error.fix, "every refusal says what to do").toBeTruthy();
  });

  it("notices open and close exchanged, though every single row is possible", async () => {
    const [{ candles }] = syntheticMarket({ seed: 1, bars: 60, timeframe: parseTimeframe("5m"), symbols: ["BTCUSDT"] });
    const rows = Array.from({ length: 60 }, (_, i) => candleRow(candles, i).join(","));
    const error = await refusal(read(file(rows, "timestamp,close,high,low,open,volume")));
    expect(error.code).toBe("DATA_FORMAT");
    expect(error.where).toContain('columns "open" and "close"');
    expect((await read(file(rows))).candles.length, "the right names are accepted").toBe(60);
    const backwards = file(rows.toReversed());
    expect((await read(backwards)).candles.close, "and so is the newest first").toEqual(candles.close);
  });

  it("names the line at which a long gzip file is cut", async () => {
    const long = Array.from({ length: 20_000 }, (_, i) =>
      [START_MS + i * MINUTE_MS, 1, 3, 1, 2, Math.sin(i) + 2].join(","),
    );
    const whole = gzipSync(file(long));
    const error = await refusal(read(whole.subarray(0, whole.length / 2)));
    const line = Number(/line (\d+)/.exec(error.where ?? "")?.[1]);
    expect(line).toBeGreaterThan(5_000);
    expect(line).toBeLessThan(15_000);
  });

  it("says which columns to exchange where that makes every row fit", async () => {
    const error = await refusal(read(file(body, "timestamp,open,low,high,close,volume")));
    expect(error.fix).toContain('columns "high" and "low" exchanged');
  });

  it("says that there is no such file", async () => {
    const error = await refusal(readCandleFile(join(folder.path, "nothing-here.csv")));
    expect(error.code).toBe("DATA_MISSING");
    expect((await refusal(readCandleFile(folder.path))).code).toBe("DATA_MISSING");
  });

  it("lets few impossible rows through for a repair, and many not", async () => {
    const many = [
      ...body.slice(0, 28),
      `${START_MS + 140 * MINUTE_MS},1,1,2,1,1`,
      `${START_MS + 145 * MINUTE_MS},1,1,2,1,1`,
    ];
    expect((await read(replaced(10, `${at},10,9,11,10,1`), { keepImpossible: true })).candles.length).toBe(30);
    expect((await refusal(read(file(many), { keepImpossible: true }))).code).toBe("DATA_FORMAT");
  });

  it("stops when told to", async () => {
    const stop = new AbortController();
    stop.abort(new Error("Ctrl-C"));
    await expect(read(file(body), { signal: stop.signal })).rejects.toThrow("Ctrl-C");
    expect(readFileSync(join(folder.path, "BTCUSDT.csv"), "utf8").length).toBeGreaterThan(0);
  });
});

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, 40, 60);
  return copy;
}
