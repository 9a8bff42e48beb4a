/** @file The order of a table's rows: by one column, empty values always last, equal rows as they came. */

export type SortKey = string | number | boolean | null | undefined;
export type Order = { readonly column: string; readonly isDown: boolean };

const collator = new Intl.Collator("en", { numeric: true });

function isEmpty(value: SortKey): boolean {
  return value === null || value === undefined || value === "" || (typeof value === "number" && Number.isNaN(value));
}

const NUMERIC = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Decimal strings count as numbers, all else by the alphabet. */
function compare(a: SortKey, b: SortKey): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const left = String(a);
  const right = String(b);
  if (NUMERIC.test(left) && NUMERIC.test(right)) return Number(left) - Number(right);
  return collator.compare(left, right);
}

export function sortRows<T>(rows: readonly T[], keyOf: (row: T) => SortKey, isDown: boolean): T[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  return keyed
    .sort((a, b) => {
      const aEmpty = isEmpty(a.key);
      const bEmpty = isEmpty(b.key);
      if (aEmpty || bEmpty) return Number(aEmpty) - Number(bEmpty);
      return isDown ? compare(b.key, a.key) : compare(a.key, b.key);
    })
    .map(({ row }) => row);
}

/** An order in the address: "profit" or "-profit". */
export function parseOrder(text: string | null, known: readonly string[]): Order | undefined {
  if (text === null) return undefined;
  const isDown = text.startsWith("-");
  const column = isDown ? text.slice(1) : text;
  return known.includes(column) ? { column, isDown } : undefined;
}

export function orderText(order: Order): string {
  return `${order.isDown ? "-" : ""}${order.column}`;
}
