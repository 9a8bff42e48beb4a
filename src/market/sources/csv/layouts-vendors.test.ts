import { afterAll, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../../core/index.ts";
import { clock, DAYS, dated, day, grouped, HOURS, iso, reversed, stamp, table, tenfold } from "./testing/bars.ts";
import { contentReader, type LayoutCase, rowsOf } from "./testing/read-content.ts";

const { read, remove } = contentReader();
afterAll(remove);

const m5 = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>";
const cmc = "timeOpen;timeClose;timeHigh;timeLow;name;open;high;low;close;volume;marketCap;circulatingSupply;timestamp";
const bhav = "Date ,series ,OPEN ,HIGH ,LOW ,PREV. CLOSE ,ltp ,close ,vwap ,52W H,52W L ,VOLUME ,VALUE ,No of trades ";

const VENDORS: readonly LayoutCase[] = [
  [
    "MetaTrader 4",
    table("", HOURS, ([t, ...rest]) => [dated(t, "y.m.d"), clock(t).slice(0, 5), ...rest].join(",")),
    HOURS,
  ],
  [
    "MetaTrader 5",
    table(m5, HOURS, ([t, o, h, l, c, v]) => [dated(t, "y.m.d"), clock(t), o, h, l, c, v, 0, 12].join("\t")),
    HOURS,
  ],
  [
    "CryptoDataDownload of 2021",
    table(
      "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USD",
      reversed(HOURS),
      ([t, o, h, l, c, v]) => [t, stamp(t), "BTC/USD", o, h, l, c, v, v * c].join(","),
    ),
    HOURS,
  ],
  [
    "CryptoDataDownload with two volumes in another order",
    table("date,open,high,low,close,volume_btc,volume", HOURS, ([t, o, h, l, c, v]) =>
      [stamp(t), o, h, l, c, v, v * c].join(","),
    ),
    HOURS,
  ],
  [
    "Binance Vision",
    table("", HOURS, ([t, o, h, l, c, v]) =>
      [t, o, h, l, c, v, t + 3_599_999, v * c, 1200, v / 2, (v * c) / 2, 0].join(","),
    ),
    HOURS,
  ],
  [
    "Binance Vision with a header",
    table(
      "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore",
      HOURS,
      ([t, o, h, l, c, v]) => [t, o, h, l, c, v, t + 3_599_999, v * c, 1200, v / 2, (v * c) / 2, 0].join(","),
    ),
    HOURS,
  ],
  [
    "Kaggle's coins",
    table("SNo,Name,Symbol,Date,High,Low,Open,Close,Volume,Marketcap", DAYS, ([t, o, h, l, c, v], i) =>
      [i + 1, "Bitcoin", "BTC", `${day(t)} 23:59:59`, h, l, o, c, v, c * 1e7].join(","),
    ),
    DAYS,
  ],
  [
    "CoinMarketCap",
    table(cmc, reversed(DAYS), ([t, o, h, l, c, v]) =>
      [
        `"${iso(t)}"`,
        `"${iso(t + DAY_MS - 1)}"`,
        `"${iso(t + 3e6)}"`,
        `"${iso(t + 6e6)}"`,
        `"2781"`,
        o,
        h,
        l,
        c,
        v,
        c * 1e7,
        1e7,
        `"${iso(t + DAY_MS - 1)}"`,
      ].join(";"),
    ),
    DAYS,
  ],
  [
    "CoinMarketCap's stamps alone",
    table("name;open;high;low;close;volume;timestamp", reversed(DAYS), ([t, o, h, l, c, v]) =>
      ["2781", o, h, l, c, v, iso(t + DAY_MS - 1)].join(";"),
    ),
    DAYS,
  ],
  ["Stooq", table("Date,Open,High,Low,Close,Volume", DAYS, ([t, ...rest]) => [day(t), ...rest].join(",")), DAYS],
  [
    "Stooq's bulk",
    table("<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>", HOURS, ([t, o, h, l, c, v]) =>
      ["AAPL.US", 60, dated(t, "ymd"), clock(t).replaceAll(":", ""), o, h, l, c, v, 0].join(","),
    ),
    HOURS,
  ],
  [
    "Dukascopy",
    table("Gmt time,Open,High,Low,Close,Volume", HOURS, ([t, ...rest]) =>
      [`${dated(t, "d.m.y")} ${clock(t)}.000`, ...rest].join(","),
    ),
    HOURS,
  ],
  [
    "Dukascopy in local time",
    table("Local time,Open,High,Low,Close,Volume", HOURS, ([t, ...rest]) =>
      [`${dated(t + HOUR_MS, "d.m.y")} ${clock(t + HOUR_MS)}.000 GMT+0100`, ...rest].join(","),
    ),
    HOURS,
  ],
  [
    "HistData in ASCII",
    table("", HOURS, ([t, o, h, l, c, v]) =>
      [`${dated(t, "ymd")} ${clock(t).replaceAll(":", "")}`, o, h, l, c, v].join(";"),
    ),
    HOURS,
  ],
  [
    "HistData for MetaTrader",
    table("", HOURS, ([t, o, h, l, c, v]) => [dated(t, "y.m.d"), clock(t).slice(0, 5), o, h, l, c, v].join(",")),
    HOURS,
  ],
  [
    "JForex",
    table("Time (UTC),Open,High,Low,Close,Volume ", HOURS, ([t, ...rest]) =>
      [`${dated(t, "y.m.d")} ${clock(t)}`, ...rest].join(","),
    ),
    HOURS,
  ],
  [
    "JForex with semicolons",
    table("Time (UTC);Open;High;Low;Close;Volume ", HOURS, ([t, ...rest]) =>
      [`${dated(t, "y.m.d")} ${clock(t)},000`, ...rest].join(";"),
    ),
    HOURS,
  ],
  [
    "NSE",
    table(bhav, reversed(DAYS), ([t, o, h, l, c, v]) =>
      [
        `"${dated(t, "d-M-y")}"`,
        `"EQ"`,
        ...[o, h, l].map((x) => `"${grouped(x * 10, 2)}"`),
        `"1,000.00"`,
        `"1,001.00"`,
        `"${grouped(c * 10, 2)}"`,
        `"1,002.00"`,
        `"2,000.00"`,
        `"900.00"`,
        `"${v}"`,
        `"${grouped(v * c * 10, 2)}"`,
        `"1,234"`,
      ].join(","),
    ),
    tenfold(DAYS),
  ],
  [
    "Nasdaq",
    table("Date,Close/Last,Volume,Open,High,Low", reversed(DAYS), ([t, o, h, l, c, v]) =>
      [dated(t, "m/d/y"), `$${c}`, v, `$${o}`, `$${h}`, `$${l}`].join(","),
    ),
    DAYS,
  ],
  [
    "Barchart",
    `${table("Time,Open,High,Low,Latest,Change,%Change,Volume", reversed(DAYS), ([t, o, h, l, c, v]) => [dated(t, "m/d/y"), o, h, l, c, "0.5", "+0.12%", v].join(","))}"Downloaded from Barchart.com as of 02-26-2024 03:36pm CST"\n`,
    DAYS,
  ],
  [
    "Finam",
    table("<TICKER>;<PER>;<DATE>;<TIME>;<OPEN>;<HIGH>;<LOW>;<CLOSE>;<VOL>", HOURS, ([t, o, h, l, c, v]) =>
      ["SBER", 60, dated(t, "ymd"), clock(t).replaceAll(":", ""), o, h, l, c, v].join(";"),
    ),
    HOURS,
  ],
  [
    "TradingView with indicators",
    table("time,open,high,low,close,Volume,Volume MA,RSI", HOURS, ([t, ...rest], i) =>
      [t / 1000, ...rest, i < 20 ? "NaN" : 1.5, ""].join(","),
    ),
    HOURS,
  ],
  [
    "OKX",
    table("ts,o,h,l,c,vol,volCcy,volCcyQuote,confirm", HOURS, ([t, o, h, l, c, v]) =>
      [t, o, h, l, c, v, v, v * c, 1].join(","),
    ),
    HOURS,
  ],
  [
    "Bybit",
    table("startTime,openPrice,highPrice,lowPrice,closePrice,volume,turnover", reversed(HOURS), ([t, o, h, l, c, v]) =>
      [t, o, h, l, c, v, v * c].join(","),
    ),
    HOURS,
  ],
  ["Bitfinex", table("", HOURS, ([t, o, h, l, c, v]) => [t, o, c, h, l, v].join(",")), HOURS],
  ["Coinbase", table("", reversed(HOURS), ([t, o, h, l, c, v]) => [t / 1000, l, h, o, c, v].join(",")), HOURS],
  ["Gate.io", table("", HOURS, ([t, o, h, l, c, v]) => [t / 1000, v, c, h, l, o].join(",")), HOURS],
  ["Kraken", table("", HOURS, ([t, o, h, l, c, v]) => [t / 1000, o, h, l, c, v, 77].join(",")), HOURS],
  [
    "Polygon",
    table("v,vw,o,c,h,l,t,n", HOURS, ([t, o, h, l, c, v]) => [v, (h + l) / 2, o, c, h, l, t, 99].join(",")),
    HOURS,
  ],
  [
    "Alpha Vantage",
    table(
      "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient",
      reversed(DAYS),
      ([t, o, h, l, c, v]) => [day(t), o, h, l, c, c * 0.9, v, 0, 1].join(","),
    ),
    DAYS,
  ],
  [
    "Tushare",
    table(
      "ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount",
      reversed(DAYS),
      ([t, o, h, l, c, v]) => ["600519.SH", dated(t, "ymd"), o, h, l, c, o, 1, 0.5, v, v * c].join(","),
    ),
    DAYS,
  ],
  [
    "AKShare",
    table("日期,开盘,收盘,最高,最低,成交量,成交额", DAYS, ([t, o, h, l, c, v]) =>
      [day(t), o, c, h, l, v, v * c].join(","),
    ),
    DAYS,
  ],
  [
    "freqtrade",
    table("date,open,high,low,close,volume", HOURS, ([t, ...rest]) => [`${stamp(t)}+00:00`, ...rest].join(",")),
    HOURS,
  ],
  [
    "QuantConnect's clock column",
    table("Date,Time,Open,High,Low,Close,Volume", HOURS, ([t, ...rest]) =>
      [
        dated(t, "m/d/y"),
        `${((new Date(t).getUTCHours() + 11) % 12) + 1}:00 ${new Date(t).getUTCHours() < 12 ? "AM" : "PM"}`,
        ...rest,
      ].join(","),
    ),
    HOURS,
  ],
];

describe("files of exchanges and vendors", () => {
  it.each(VENDORS)("are read, every cell: %s", async (_name, content, rows) => {
    const files = await read(content);
    expect(files).toHaveLength(1);
    expect(rowsOf(files[0])).toEqual(rows);
  });
});
