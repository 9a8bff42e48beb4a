/** @file Writes a file of candles and reads it. For tests. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../../../test/venues/temporary-folder.ts";
import { type CandleRow, candleRow } from "../../../candles.ts";
import { type CandleFile, type CandleFileOptions, readCandleFile } from "../candle-file.ts";

/** What a file holds, and the rows that have to come of it. */
export type LayoutCase = readonly [name: string, content: string | Buffer, rows: readonly CandleRow[]];

/** Reads content under a name, in a folder that goes when the reader is disposed of. */
export function contentReader(): {
  readonly read: (content: string | Buffer, name?: string, options?: CandleFileOptions) => Promise<CandleFile[]>;
  readonly remove: () => void;
} {
  const folder = temporaryFolder();
  return {
    read: (content, name = "BTCUSDT.csv", options = {}) => {
      const path = join(folder.path, name);
      writeFileSync(path, content);
      return readCandleFile(path, options);
    },
    remove: folder.remove,
  };
}

export function rowsOf({ candles }: CandleFile): CandleRow[] {
  return Array.from({ length: candles.length }, (_, i) => candleRow(candles, i));
}
