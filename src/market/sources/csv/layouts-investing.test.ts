import { afterAll, describe, expect, it } from "vitest";
import { HOUR_MS } from "../../../core/index.ts";
import { DAYS, dated, day, grouped, HOURS, reversed, stamp, table, tenfold, withVolume } from "./testing/bars.ts";
import { contentReader, type LayoutCase, rowsOf } from "./testing/read-content.ts";

const { read, remove } = contentReader();
afterAll(remove);

/** Investing.com: newest first, close before open, thousands in quotes, volumes with a letter. */
function investing(
  head: string,
  date: (tsMs: number) => string,
  number: (value: number) => string,
  volume = "95.85K",
): string {
  return table(head, reversed(DAYS), ([t, o, h, l, c]) =>
    [date(t), number(c), number(o), number(h), number(l), volume, "-0.12%"].map((field) => `"${field}"`).join(","),
  );
}

const point = (value: number): string => grouped(value * 10, 2);
const comma = (value: number): string => grouped(value * 10, 2, ".", ",");

const TABLES: readonly LayoutCase[] = [
  [
    "yfinance before 0.2.51",
    table("Date,Open,High,Low,Close,Adj Close,Volume", DAYS, ([t, o, h, l, c, v]) =>
      [day(t), o, h, l, c, c * 0.98, v].join(","),
    ),
    DAYS,
  ],
  [
    "yfinance with names of the market",
    table("Price,Close,High,Low,Open,Volume\nTicker,NVDA,NVDA,NVDA,NVDA,NVDA\nDate,,,,,", DAYS, ([t, o, h, l, c, v]) =>
      [day(t), c, h, l, o, v].join(","),
    ),
    DAYS,
  ],
  [
    "yfinance's history with a zone",
    table("Datetime,Open,High,Low,Close,Volume,Dividends,Stock Splits", HOURS, ([t, o, h, l, c, v]) =>
      [`${stamp(t - 5 * HOUR_MS)}-05:00`, o, h, l, c, v, 0, 0].join(","),
    ),
    HOURS,
  ],
  [
    "pandas with a named index",
    table("date,open,high,low,close,volume", HOURS, ([t, ...rest]) => [`${stamp(t)}+00:00`, ...rest].join(",")),
    HOURS,
  ],
  [
    "pandas with an index without a name",
    table(",Open,High,Low,Close,Volume", DAYS, ([t, ...rest]) => [day(t), ...rest].join(",")),
    DAYS,
  ],
  [
    "pandas with numbers of rows",
    table("Unnamed: 0,timestamp,open,high,low,close,volume", HOURS, ([t, ...rest], i) =>
      [i, stamp(t), ...rest].join(","),
    ),
    HOURS,
  ],
  [
    "Investing.com in English",
    investing('"Date","Price","Open","High","Low","Vol.","Change %"', (t) => dated(t, "m/d/y"), point),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in English, with names of months",
    investing('"Date","Price","Open","High","Low","Vol.","Change %"', (t) => dated(t, "M d, y"), point),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in German",
    investing('"Datum","Zuletzt","Eröffn.","Hoch","Tief","Vol.","+/- %"', (t) => dated(t, "d.m.y"), comma, "95,85K"),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Spanish",
    investing(
      '"Fecha","Último","Apertura","Máximo","Mínimo","Vol.","% var."',
      (t) => dated(t, "d.m.y"),
      comma,
      "95,85K",
    ),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in French",
    investing(
      '"Date","Dernier","Ouv."," Plus Haut","Plus Bas","Vol.","Variation %"',
      (t) => dated(t, "d/m/y"),
      comma,
      "95,85K",
    ),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Italian",
    investing(
      '"Data","Ultimo","Apertura","Massimo","Minimo","Vol.","Var. %"',
      (t) => dated(t, "d.m.y"),
      comma,
      "95,85K",
    ),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Portuguese",
    investing('"Data","Último","Abertura","Máxima","Mínima","Vol.","Var%"', (t) => dated(t, "d.m.y"), comma, "95,85K"),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Dutch",
    investing(
      '"Datum","Laatste","Open","Hoog","Laag","Vol.","Verandering %"',
      (t) => dated(t, "d-m-y"),
      comma,
      "95,85K",
    ),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Polish",
    investing(
      '"Data","Ostatnio","Otwarcie","Max.","Min.","Wol.","Zmiana %"',
      (t) => dated(t, "d.m.y"),
      comma,
      "95,85K",
    ),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Russian",
    investing('"Дата","Цена","Откр.","Макс.","Мин.","Объём","Изм. %"', (t) => dated(t, "d.m.y"), comma, "95,85K"),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Turkish",
    investing('"Tarih","Şimdi","Açılış","Yüksek","Düşük","Hac.","Fark %"', (t) => dated(t, "d.m.y"), comma, "95,85K"),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Swedish",
    investing('"Datum","Senaste","Öppen","Högst","Lägst","Vol.","+/- %"', (t) => dated(t, "y-m-d"), comma, "95,85K"),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Japanese",
    investing('"日付け","終値","始値","高値","安値","出来高","変化率 %"', (t) => dated(t, "y年m月d日"), point),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Korean",
    investing('"날짜","종가","시가","고가","저가","거래량","변동 %"', (t) => dated(t, "y- m- d"), point),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Chinese",
    investing('"日期","收盘","开盘","高","低","交易量","涨跌幅"', (t) => dated(t, "y-m-d"), point),
    tenfold(withVolume(95_850)),
  ],
  [
    "Investing.com in Arabic",
    investing('"التاريخ","السعر","الافتتاح","مرتفع","منخفض","الحجم","نسبة التغيّر %"', (t) => dated(t, "d/m/y"), point),
    tenfold(withVolume(95_850)),
  ],
];

describe("tables of yfinance, pandas and Investing.com", () => {
  it.each(TABLES)("are read, every cell: %s", async (_name, content, rows) => {
    const files = await read(content);
    expect(files).toHaveLength(1);
    expect(rowsOf(files[0])).toEqual(rows);
  });
});
