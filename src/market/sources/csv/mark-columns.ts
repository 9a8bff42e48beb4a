/** @file Columns of mark prices beside those of the market's own prices, told by their names. */
import { normalName, Role } from "./names.ts";

/** Which prices of a file are read: the market's own, or the marks that stand beside them. */
export const Prices = { own: "own", mark: "mark" } as const;
export type Prices = (typeof Prices)[keyof typeof Prices];

/** All four of a bar, only some of them, or none. */
export type MarksFound = "all" | "some" | "none";

const BAR: readonly Role[] = [Role.open, Role.high, Role.low, Role.close];
const NAMED = /^mark(?:price|px)?(open|high|low|close)$|^(open|high|low|close)(?:of)?mark(?:price|px)?$/;
const ALONE = /^(?:mark|markprice|pricemark|markpx|pxmark)$/;

/**
 * Names of a header by which roles are found: for the market's own prices the marks' names are blank; for the marks, where
 * all four are there, they have the roles' names and the market's own are blank.
 */
export function priceNames(
  header: readonly string[],
  prices: Prices = Prices.own,
): { readonly names: readonly string[]; readonly found: MarksFound } {
  const roles = header.map(markRole);
  const isWhole = BAR.every((role) => roles.includes(role));
  const found = isWhole ? "all" : roles.some((role) => role !== undefined) ? "some" : "none";
  if (prices === Prices.own) return { names: header.map((name, c) => (roles[c] === undefined ? name : "")), found };
  if (!isWhole) return { names: header, found };
  const names = header.map((name, c) => roles[c] ?? (BAR.some((role) => role === normalName(name)) ? "" : name));
  return { names, found };
}

function markRole(text: string): Role | undefined {
  const name = normalName(text);
  if (ALONE.test(name)) return Role.close;
  const match = NAMED.exec(name);
  return match === null ? undefined : ((match[1] ?? match[2]) as Role);
}
