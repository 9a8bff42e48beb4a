/**
 * @file Return codes of Bybit as our reasons. Source: https://bybit-exchange.github.io/docs/v5/error; codes of 1000 and
 * below are HTTP statuses.
 */
import type { RejectCode, Rejection } from "../../broker.ts";

const CODES: ReadonlyArray<readonly [RejectCode, readonly number[]]> = [
  ["banned", [403, 10008, 10009]],
  ["rate-limited", [429, 10006, 10018, 10429, 170005, 170222]],
  ["credentials", [401, 10003, 10004, 10007, 10010, 33004]],
  ["permission", [10005, 10024, 10027, 10028, 10029]],
  ["clock", [10002]],
  ["maintenance", [10019]],
  ["not-found", [110001, 170213]],
  ["already-final", [110008, 110010, 170139, 170142, 170190]],
  ["insufficient-funds", [110004, 110006, 110007, 110012, 110044, 110045, 110051, 110052, 110053, 170033, 170131]],
  ["price-band", [110003, 110120, 110121, 170132, 170133, 170192, 170193, 170194]],
  ["price-grid", [170134, 170148]],
  ["quantity-grid", [170137]],
  ["quantity-bounds", [170124, 170135, 170136, 170381, 170382]],
  ["min-notional", [110094, 170140]],
  ["reduce-only", [110017]],
  ["position-mode", [110024, 110025, 110028]],
  ["leverage", [110013, 110026, 110043, 110086]],
  ["risk-limit", [110090]],
  ["order-count", [110009, 110020, 170810]],
  ["symbol-paused", [110023, 110063, 110066, 110074, 170151]],
  ["symbol-unknown", [170121]],
  ["trigger-crossed", [110092, 110093]],
  ["bracket", [110057, 110058, 110059, 110060, 110061, 34040]],
  ["busy", [110079, 40004]],
];

const BY_CODE = new Map(CODES.flatMap(([code, numbers]) => numbers.map((number) => [number, code] as const)));

/** What 10001 (a parameter is wrong) is about, by its words: it stands for many things. */
const PARAMETER_WORDS: ReadonlyArray<readonly [RejectCode, RegExp]> = [
  ["position-mode", /position idx|position mode/i],
  ["reduce-only", /zero position/i],
  ["trigger-crossed", /base_price|should be (?:higher|lower|greater|less)/i],
  ["symbol-unknown", /symbol/i],
  ["price-grid", /price grid/i],
  ["quantity-bounds", /number of contracts|minimum limit|maximum limit/i],
  ["quantity-grid", /qty/i],
];

/** The refusal in our words. `message` is the venue's, without secrets. */
export function rejection(retCode: number, message: string, retryAtMs?: number): Rejection {
  const words =
    retCode === 10001 ? (PARAMETER_WORDS.find(([, pattern]) => pattern.test(message))?.[0] ?? "parameter") : undefined;
  return {
    outcome: "rejected",
    code: words ?? BY_CODE.get(retCode) ?? "other",
    venueCode: `${retCode}`,
    message,
    ...(retryAtMs === undefined ? {} : { retryAtMs }),
  };
}

/** Codes of a repeated client order id: an earlier send was accepted. */
export const DUPLICATE_CODES: ReadonlySet<number> = new Set([110072, 170141]);
/** Codes of a setting that is so already. */
export const UNCHANGED_CODES: ReadonlySet<number> = new Set([34040, 110025, 110043, 170216]);
