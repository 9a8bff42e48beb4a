/** @file Parts of a list: a cursor names the last item that was given. */
import { TidemarkError } from "../../core/index.ts";

export type Page<T> = { readonly items: T[]; readonly nextCursor: string | null };

const USUAL = 200;
const MOST = 5_000;

/**
 * @param list in the order in which it is given out
 * @param keyOf numbers that fall along the list, or grow with `isRising`
 */
export function pageOf<T>(
  list: readonly T[],
  keyOf: (item: T, index: number) => number,
  cursor: string | undefined,
  limit: string | undefined,
  isRising = false,
): Page<T> {
  const size = limit === undefined ? USUAL : wholeOf(limit, "limit", 1, MOST);
  const after = cursor === undefined ? undefined : wholeOf(cursor, "cursor", 0, Number.MAX_SAFE_INTEGER);
  const begin =
    after === undefined ? 0 : list.findIndex((item, i) => (isRising ? keyOf(item, i) > after : keyOf(item, i) < after));
  if (begin < 0) return { items: [], nextCursor: null };
  const items = list.slice(begin, begin + size);
  const end = begin + items.length;
  return { items, nextCursor: end < list.length ? String(keyOf(list[end - 1], end - 1)) : null };
}

export function wholeOf(text: string, where: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${text.slice(0, 40)}" is no ${where}`,
    where,
    fix: `Give a whole number from ${least} to ${most}.`,
  });
}
