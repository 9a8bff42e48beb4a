/** @file Which instruments a headline is about: tickers as they are written, names, and the market as a whole. */
import { cleanText } from "../clean.ts";

/** About no coin in particular. */
export const CRYPTO_WIDE = "*crypto";
export const MACRO = "*macro";

/** Names by ticker; a name is matched whole, in any case. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  BTC: ["bitcoin", "xbt"],
  ETH: ["ethereum", "ether"],
  SOL: ["solana"],
  XRP: ["ripple"],
  BNB: ["binance coin", "bnb chain"],
  ADA: ["cardano"],
  DOGE: ["dogecoin"],
  DOT: ["polkadot"],
  AVAX: ["avalanche"],
  LTC: ["litecoin"],
  LINK: ["chainlink"],
  NEAR: ["near protocol"],
  MATIC: ["polygon"],
  TRX: ["tron"],
  TON: ["toncoin"],
  SUI: ["sui network"],
  APT: ["aptos"],
  ARB: ["arbitrum"],
  OP: ["optimism network", "op mainnet"],
  UNI: ["uniswap"],
  SHIB: ["shiba inu"],
  PEPE: ["pepe coin"],
  XMR: ["monero"],
  BCH: ["bitcoin cash"],
  ETC: ["ethereum classic"],
  ATOM: ["cosmos hub"],
};

/** Tickers that are words: only a dollar sign before them makes a coin of them. */
const WORDS = new Set([
  "LINK",
  "NEAR",
  "GAS",
  "ONE",
  "OP",
  "UNI",
  "SUI",
  "DOT",
  "TON",
  "APT",
  "ARB",
  "ATOM",
  "SAND",
  "APE",
  "ETC",
  "BAT",
  "HOT",
  "WIN",
  "FUN",
  "REN",
  "MASK",
  "FLOW",
  "TIME",
  "ICE",
  "ID",
  "ALL",
  "AI",
  "IO",
]);

const WIDE = /\b(crypto(?:currenc(?:y|ies))?|altcoins?|stablecoins?|digital assets?|blockchain|defi)\b/i;
const MACRO_WORDS =
  /\b(fed|fomc|ecb|inflation|cpi|interest rates?|rate (?:cut|hike)s?|payrolls|gdp|treasur(?:y|ies)|recession)\b/i;

/**
 * Base assets that the text names, each once, in the order of the list of candidates; "*crypto" or "*macro" where it
 * names none but speaks of the market.
 * @param bases base assets that are looked for, such as "BTC"
 */
export function linkEntities(text: string, bases: readonly string[]): string[] {
  const clean = cleanText(text);
  // "Bitcoin Cash" is no bitcoin: longer names are taken out first.
  let rest = clean;
  const found = new Set<string>();
  const names = bases
    .flatMap((base) => (NAMES[base] ?? []).map((name) => ({ base, name })))
    .sort((a, b) => b.name.length - a.name.length);
  for (const { base, name } of names) {
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${name}(?:'s)?(?![\\p{L}\\p{N}])`, "giu");
    if (!pattern.test(rest)) continue;
    found.add(base);
    rest = rest.replace(pattern, " ");
  }
  for (const base of bases) {
    const sign = WORDS.has(base) || base.length < 2 ? "\\$" : "\\$?";
    if (new RegExp(`(?<![\\p{L}\\p{N}$])${sign}${escaped(base)}(?![\\p{L}\\p{N}])`, "u").test(rest)) found.add(base);
  }
  const linked = bases.filter((base) => found.has(base));
  if (linked.length > 0) return linked;
  return [...(WIDE.test(clean) ? [CRYPTO_WIDE] : []), ...(MACRO_WORDS.test(clean) ? [MACRO] : [])];
}

function escaped(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, "\\$&");
}

export const EVENT_KINDS = [
  "listing",
  "delisting",
  "hack",
  "outage",
  "depeg",
  "regulator",
  "etf-flow",
  "rates",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

const EVENTS: ReadonlyArray<readonly [EventKind, RegExp]> = [
  ["delisting", /\bdelist(?:s|ed|ing)?\b/i],
  ["listing", /\b(?:lists|listing|listed|will list)\b/i],
  ["hack", /\b(?:hack(?:s|ed|ers?)?|exploit(?:s|ed)?|drain(?:s|ed)?|breach|stolen)\b/i],
  ["outage", /\b(?:outage|halts?|halted|down for|suspends? withdrawals|maintenance)\b/i],
  ["depeg", /\b(?:depeg(?:s|ged)?|loses? (?:its )?(?:dollar )?peg)\b/i],
  ["regulator", /\b(?:sec|cftc|regulators?|lawsuit|sues?|sued|fined?|subpoena|court)\b/i],
  ["etf-flow", /\betfs?\b.*\b(?:in|out)flows?\b|\b(?:in|out)flows?\b.*\betfs?\b/i],
  ["rates", /\b(?:rate (?:cut|hike|decision)s?|cuts? rates|raises? rates|holds? rates)\b/i],
];

/** Kinds of events that the text tells of. */
export function eventsOf(text: string): EventKind[] {
  const clean = cleanText(text);
  return EVENTS.filter(([, pattern]) => pattern.test(clean)).map(([kind]) => kind);
}
