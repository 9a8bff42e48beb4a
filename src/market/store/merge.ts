/** @file Merging rows by time: what is new is added, what changed is replaced, what is there already stays as it is. */

export type MergeCounts = {
  /** Rows that were not there. */
  added: number;
  /** Rows that had other values. */
  replaced: number;
  /** Rows that were there with the same values. */
  unchanged: number;
  /** Replaced rows of candles whose prices are others, not only the volume. Absent where there are none. */
  otherPrices?: number;
};

export type Merged = MergeCounts & { readonly columns: Float64Array[] };

/** Merges two column sets whose first column is time, strictly rising in both. The second wins where both have a row. */
export function mergeColumns(stored: readonly Float64Array[], fresh: readonly Float64Array[]): Merged {
  const storedLength = stored[0].length;
  const freshLength = fresh[0].length;
  const columns = stored.map(() => new Float64Array(storedLength + freshLength));
  const counts: MergeCounts = { added: 0, replaced: 0, unchanged: 0 };
  let length = 0;
  for (let i = 0, j = 0; i < storedLength || j < freshLength; length++) {
    const fromFresh = i === storedLength || (j < freshLength && fresh[0][j] <= stored[0][i]);
    if (!fromFresh) {
      copyRow(columns, length, stored, i++);
      continue;
    }
    if (i < storedLength && fresh[0][j] === stored[0][i]) {
      if (sameRow(stored, i, fresh, j)) counts.unchanged++;
      else {
        counts.replaced++;
        if (hasOtherPrices(stored, i, fresh, j)) counts.otherPrices = (counts.otherPrices ?? 0) + 1;
      }
      i++;
    } else {
      counts.added++;
    }
    copyRow(columns, length, fresh, j++);
  }
  return { ...counts, columns: columns.map((column) => column.subarray(0, length)) };
}

function copyRow(target: readonly Float64Array[], row: number, source: readonly Float64Array[], from: number): void {
  for (let c = 0; c < target.length; c++) target[c][row] = source[c][from];
}

function sameRow(a: readonly Float64Array[], i: number, b: readonly Float64Array[], j: number): boolean {
  for (let c = 0; c < a.length; c++) if (a[c][i] !== b[c][j]) return false;
  return true;
}

/** Column 0 is the time and the last one the volume; two columns are of funding and have no prices. */
function hasOtherPrices(a: readonly Float64Array[], i: number, b: readonly Float64Array[], j: number): boolean {
  for (let c = 1; c < a.length - 1; c++) if (areOtherPrices(a[c][i], b[c][j])) return true;
  return false;
}

/** Whether two prices differ by more than the noise of floats. */
export function areOtherPrices(a: number, b: number): boolean {
  return Math.abs(a - b) > 1e-9 * Math.abs(a);
}

export function addCounts(total: MergeCounts, part: MergeCounts): void {
  total.added += part.added;
  total.replaced += part.replaced;
  total.unchanged += part.unchanged;
  if (part.otherPrices !== undefined) total.otherPrices = (total.otherPrices ?? 0) + part.otherPrices;
}
