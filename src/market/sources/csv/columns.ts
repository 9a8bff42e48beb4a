/** @file Which column is which: the many names that files give to time, prices and volume. */

export const Role = {
  time: "time",
  /** A time of day beside a column of dates. */
  clock: "clock",
  open: "open",
  high: "high",
  low: "low",
  close: "close",
  volume: "volume",
  symbol: "symbol",
  rate: "rate",
} as const;
export type Role = (typeof Role)[keyof typeof Role];

/** Position of each known role in a line, from 0. */
export type ColumnMap = Partial<Record<Role, number>>;

/** Names in order of preference, lower case, without anything but letters and digits. */
const NAMES: Readonly<Record<Exclude<Role, "clock">, readonly string[]>> = {
  time: [
    "timestamp",
    "timestampms",
    "timems",
    "ts",
    "tsms",
    "unix",
    "unixtime",
    "unixtimestamp",
    "epoch",
    "opentime",
    "opentimestamp",
    "opentimems",
    "starttime",
    "startat",
    "start",
    "begintime",
    "candlebegintime",
    "fundingtime",
    "fundingratetimestamp",
    "calctime",
    "gmttime",
    "utctime",
    "datetime",
    "dateandtime",
    "dateutc",
    "date",
    "time",
    "t",
  ],
  open: ["open", "openprice", "o", "op", "priceopen", "first"],
  high: ["high", "highprice", "h", "hi", "pricehigh", "max"],
  low: ["low", "lowprice", "l", "lo", "pricelow", "min"],
  close: ["close", "closeprice", "c", "cl", "priceclose", "closelast", "last", "price"],
  volume: [
    "volume",
    "vol",
    "v",
    "basevolume",
    "volumebase",
    "amount",
    "qty",
    "quantity",
    "vol1",
    "tickvol",
    "tickvolume",
  ],
  symbol: ["symbol", "ticker", "pair", "instrument", "market"],
  rate: ["fundingrate", "funding", "rate", "lastfundingrate"],
};

const QUOTE_VOLUME = /^(?:quote|turnover|volume(?:usd|usdt|usdc|busd|eur|quote)$|.*quotevolume|.*notional)/;

export function normalName(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
}

/** Roles of a header's columns. The first name of a list that occurs wins, wherever in the line it stands. */
export function mapColumns(header: readonly string[]): ColumnMap {
  const names = header.map(normalName);
  const map: ColumnMap = {};
  for (const [role, known] of Object.entries(NAMES) as [Exclude<Role, "clock">, readonly string[]][]) {
    const name = known.find((candidate) => names.includes(candidate));
    if (name !== undefined) map[role] = names.indexOf(name);
  }
  const volume =
    map.volume ??
    positionOf(names, (name) => name.startsWith("volume") && !QUOTE_VOLUME.test(name)) ??
    positionOf(names, (name) => name.startsWith("volume"));
  if (volume !== undefined) map.volume = volume;
  const [date, clock] = [names.indexOf("date"), names.indexOf("time")];
  if (map.time === date && date >= 0 && clock >= 0) map.clock = clock;
  return map;
}

function positionOf(names: readonly string[], test: (name: string) => boolean): number | undefined {
  const position = names.findIndex(test);
  return position < 0 ? undefined : position;
}

export function hasRoles(map: ColumnMap, roles: readonly Role[]): boolean {
  return roles.every((role) => map[role] !== undefined);
}
