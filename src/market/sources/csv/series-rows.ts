/** @file The rows of a file by market: most files hold one, some name it in a column, some only show it. */
import { CandleBuilder, type Candles, pickCandles } from "../../candles.ts";
import { splitByLabel } from "./label-column.ts";

/** The rows of one market in the order of the file. */
export type SeriesRows = {
  /** As the file writes it; undefined where it names none. */
  readonly symbol: string | undefined;
  readonly candles: Candles;
  /** Rows that have a time and no prices: nothing was traded. */
  readonly empty: number;
  /** Rows without a volume. */
  readonly withoutVolume: number;
};

export class SeriesCollector {
  readonly symbol: string | undefined;
  readonly rows: CandleBuilder;
  empty = 0;
  withoutVolume = 0;

  constructor(symbol: string | undefined, capacity: number) {
    this.symbol = symbol;
    this.rows = new CandleBuilder(capacity);
  }
}

/** Collects rows by symbol; the symbol of the row before is looked at first. */
export class SeriesBook {
  readonly #bySymbol = new Map<string | undefined, SeriesCollector>();
  readonly #labels: LabelColumn[];
  readonly #capacity: number;
  #latest: SeriesCollector | undefined;

  /** @param capacity rows that are expected */
  constructor(labels: readonly number[], capacity: number) {
    this.#labels = labels.map((position) => new LabelColumn(position));
    this.#capacity = capacity;
  }

  of(symbol: string | undefined): SeriesCollector {
    if (this.#latest !== undefined && this.#latest.symbol === symbol) return this.#latest;
    let found = this.#bySymbol.get(symbol);
    if (found === undefined) {
      found = new SeriesCollector(symbol, this.#bySymbol.size === 0 ? this.#capacity : 1024);
      this.#bySymbol.set(symbol, found);
    }
    this.#latest = found;
    return found;
  }

  /** Keeps the words of a row that is taken. */
  noteLabels(fields: readonly string[]): void {
    for (const label of this.#labels) label.push(fields[label.position]);
  }

  get isEmpty(): boolean {
    return [...this.#bySymbol.values()].every(({ rows, empty }) => rows.length + empty === 0);
  }

  /** Markets in the order in which they come first, and what was found out. */
  series(header: readonly string[]): {
    series: SeriesRows[];
    notes: string[];
    /** The column of words that tells them apart, where none is named so. */
    parted?: { readonly column: string; readonly names: readonly string[] };
  } {
    const series = [...this.#bySymbol.values()].map(({ symbol, rows, empty, withoutVolume }) => ({
      symbol,
      candles: rows.candles(),
      empty,
      withoutVolume,
    }));
    if (series.length !== 1 || this.#labels.length === 0) return { series, notes: [] };
    const [only] = series;
    const split = splitByLabel(
      only.candles,
      this.#labels.flatMap(({ position, codes, names }) => (codes === undefined ? [] : [{ position, codes, names }])),
    );
    if (split === undefined) return { series, notes: [] };
    const parts = split.parts.map(({ name, rows }): SeriesRows => {
      return { symbol: name, candles: pickCandles(only.candles, rows), empty: 0, withoutVolume: 0 };
    });
    const column = header[split.position] ?? `${split.position + 1}`;
    const parted = { column, names: split.parts.map(({ name }) => name) };
    return { series: parts, parted, notes: [`column "${column}" tells ${parts.length} markets apart`] };
  }
}

const MOST_LABELS = 2000;

/** The words of one column as numbers, from the first row on that has another word than the first. */
class LabelColumn {
  readonly position: number;
  readonly names: string[] = [];
  codes: number[] | undefined;
  readonly #codeOf = new Map<string, number>();
  #count = 0;
  #isTooMany = false;

  constructor(position: number) {
    this.position = position;
  }

  push(text: string): void {
    if (this.#isTooMany) return;
    let code = this.#codeOf.get(text);
    if (code === undefined) {
      code = this.names.length;
      if (code === MOST_LABELS) {
        this.#isTooMany = true;
        this.codes = undefined;
        return;
      }
      this.#codeOf.set(text, code);
      this.names.push(text.trim());
      if (code === 1) this.codes = Array.from({ length: this.#count }, () => 0);
    }
    this.codes?.push(code);
    this.#count++;
  }
}
