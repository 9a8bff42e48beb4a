/** @file Which table format a file is of, by its first bytes: what its name says is not asked. */

export const TableFormat = { parquet: "parquet", arrow: "arrow", json: "json" } as const;
export type TableFormat = (typeof TableFormat)[keyof typeof TableFormat];

/** Rows of text values under named columns, batch by batch. */
export type Table = {
  readonly columns: readonly string[];
  /** Columns that hold several values in each row: lists, structures, maps. */
  readonly nested?: readonly string[];
  /** How many rows come. */
  readonly rows: number;
  readonly batches: AsyncIterable<readonly (readonly string[])[]> | Iterable<readonly (readonly string[])[]>;
};

export function tableFormatOf(path: string, head: Buffer): TableFormat | undefined {
  const start = head.toString("latin1");
  if (start.startsWith("PAR1")) return TableFormat.parquet;
  // A stream of Arrow messages has no magic number but the mark before each message.
  const isStream = head.length >= 8 && head.readUInt32LE(0) === 0xffffffff;
  if (start.startsWith("ARROW1") || start.startsWith("FEA1") || isStream) return TableFormat.arrow;
  if (/^(?:\u00EF\u00BB\u00BF)?\s*[[{]/.test(start)) return TableFormat.json;
  return /\.json(?:\.gz)?$|\.jsonl(?:\.gz)?$|\.ndjson(?:\.gz)?$/i.test(path) ? TableFormat.json : undefined;
}
