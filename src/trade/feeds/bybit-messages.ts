/** @file Rows of Bybit's public messages. What can't be read is left out. */
import { z } from "zod";
import type { CandleRow } from "../../market/index.ts";
import type { BookTop } from "./quote-book.ts";

const number = z
  .string()
  .regex(/^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/)
  .transform(Number);
const klineSchema = z.looseObject({
  start: z.number(),
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
  confirm: z.boolean(),
});
const level = z.tuple([z.string(), z.string()], z.unknown());
const bookSchema = z.looseObject({ b: z.array(level).min(1), a: z.array(level).min(1) });

export function klineRows(data: unknown): { readonly row: CandleRow; readonly confirmed: boolean }[] {
  const rows: { row: CandleRow; confirmed: boolean }[] = [];
  for (const one of Array.isArray(data) ? data : []) {
    const kline = klineSchema.safeParse(one);
    if (!kline.success) continue;
    const { start, open, high, low, close, volume, confirm } = kline.data;
    rows.push({ row: [start, open, high, low, close, volume], confirmed: confirm });
  }
  return rows;
}

/** The best prices of a book's snapshot, or undefined where a side is empty. */
export function bookTop(data: unknown): BookTop | undefined {
  const book = bookSchema.safeParse(data);
  return book.success ? { bid: book.data.b[0][0], ask: book.data.a[0][0] } : undefined;
}
