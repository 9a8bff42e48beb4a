/** @file Yahoo's suffixes of exchanges ("7203.T", "RELIANCE.NS") and what is paid with there. */

const CURRENCY_OF: Readonly<Record<string, string>> = {
  T: "JPY",
  NS: "INR",
  BO: "INR",
  L: "GBP",
  IL: "USD",
  DE: "EUR",
  F: "EUR",
  BE: "EUR",
  DU: "EUR",
  MU: "EUR",
  SG: "EUR",
  PA: "EUR",
  AS: "EUR",
  BR: "EUR",
  MI: "EUR",
  MC: "EUR",
  LS: "EUR",
  VI: "EUR",
  HE: "EUR",
  IR: "EUR",
  AT: "EUR",
  SW: "CHF",
  ST: "SEK",
  OL: "NOK",
  CO: "DKK",
  IC: "ISK",
  HK: "HKD",
  SS: "CNY",
  SZ: "CNY",
  SH: "CNY",
  TW: "TWD",
  TWO: "TWD",
  KS: "KRW",
  KQ: "KRW",
  SI: "SGD",
  BK: "THB",
  JK: "IDR",
  KL: "MYR",
  VN: "VND",
  AX: "AUD",
  NZ: "NZD",
  TO: "CAD",
  V: "CAD",
  CN: "CAD",
  NE: "CAD",
  MX: "MXN",
  SA: "BRL",
  BA: "ARS",
  SN: "CLP",
  JO: "ZAR",
  TA: "ILS",
  IS: "TRY",
  ME: "RUB",
  WA: "PLN",
  PR: "CZK",
  BD: "HUF",
  SR: "SAR",
  US: "USD",
};

export function isExchangeSuffix(text: string): boolean {
  return CURRENCY_OF[text.toUpperCase()] !== undefined;
}

/** What shares with that suffix are paid in, or undefined for a symbol without one. */
export function suffixCurrency(symbol: string): string | undefined {
  const suffix = /\.([A-Z]{1,3})$/.exec(symbol);
  return suffix === null ? undefined : CURRENCY_OF[suffix[1]];
}
