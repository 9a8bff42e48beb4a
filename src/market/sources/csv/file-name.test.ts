import { describe, expect, it } from "vitest";
import { fileNameFacts } from "./file-name.ts";

describe("the name of a file", () => {
  it.each<readonly [string, string | undefined, string | undefined, string | undefined, string]>([
    ["BTCUSDT-5m.csv", "BTCUSDT", "5m", undefined, ""],
    ["Binance_ETHUSDT_1h.csv.gz", "ETHUSDT", "1h", undefined, "binance"],
    ["BTCUSDT-1h-2024-11.csv", "BTCUSDT", "1h", undefined, ""],
    ["sol-usdt_4h.parquet", "SOLUSDT", "4h", undefined, ""],
    ["BINANCE_BTCUSDT, 15min.csv", "BTCUSDT", "15m", undefined, "binance"],
    ["BINANCE_BTCUSDT.P, 60.csv", "BTCUSDT", undefined, "perpetual", "binance"],
    ["BTC-USDT-SWAP.csv", "BTCUSDT", undefined, "perpetual", "swap"],
    ["BTCUSDT_PERP.csv", "BTCUSDT", undefined, "perpetual", "perp"],
    ["BTC_USDT.csv", "BTCUSDT", undefined, undefined, ""],
    ["AAPL_daily.csv", "AAPL", "1d", undefined, ""],
    ["yahoo_AAPL_1d.csv", "AAPL", "1d", undefined, "yahoo"],
    ["acme_AAPL_1d.csv", "ACMEAAPL", "1d", undefined, ""],
    ["7203.T.csv", "7203.T", undefined, undefined, ""],
    ["6758.T_1d.csv", "6758.T", "1d", undefined, ""],
    ["RELIANCE.NS.csv", "RELIANCE.NS", undefined, undefined, ""],
    ["BRK-A.csv", "BRKA", undefined, undefined, ""],
    ["BRK-B.csv", "BRKB", undefined, undefined, ""],
    ["BRK.B.csv", "BRK.B", undefined, undefined, ""],
    ["F.csv", "F", undefined, undefined, ""],
    ["SPOT.csv", "SPOT", undefined, "spot", "spot"],
    ["^GSPC.csv", "GSPC", undefined, "index", ""],
    ["EURUSD=X.csv", "EURUSD", undefined, "forex", ""],
    ["ES=F.csv", "ES", undefined, "future", ""],
    ["EURUSD60.csv", "EURUSD", "1h", undefined, ""],
    ["EURUSD_M15.csv", "EURUSD", "15m", undefined, ""],
    ["EURUSD_H4.csv", "EURUSD", "4h", undefined, ""],
    ["DAT_ASCII_EURUSD_M1_2023.csv", "EURUSD", "1m", undefined, ""],
    ["EURUSD_Candlestick_1_h_BID_01.01.2023-31.12.2023.csv", "EURUSD", undefined, undefined, "bid"],
    ["Bitcoin Historical Data.csv", "BITCOIN", undefined, undefined, ""],
    ["Cardano Historical Data Investing.com.csv", "CARDANO", undefined, undefined, "investing"],
    ["EUR_USD Historical Data.csv", "EURUSD", undefined, undefined, ""],
    ["US 500 Historical Data.csv", "US500", undefined, undefined, ""],
    ["Apple Stock Price History.csv", "APPLE", undefined, "stock", "stock"],
    ["coin_Bitcoin.csv", "BITCOIN", undefined, undefined, ""],
    ["HistoricalData_1709042345678.csv", undefined, undefined, undefined, ""],
    ["600519.csv", "600519", undefined, undefined, ""],
    ["1000PEPEUSDT_1h.csv", "1000PEPEUSDT", "1h", undefined, ""],
    ["Kraken_BTCUSD_d.csv", "BTCUSD", undefined, undefined, "kraken"],
  ])("%s", (name, symbol, timeframe, kind, origin) => {
    const facts = fileNameFacts(`/some/where/${name}`);
    expect([facts.symbol, facts.timeframe, facts.kind, facts.origin]).toEqual([symbol, timeframe, kind, origin]);
  });
});
