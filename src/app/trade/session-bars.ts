/** @file The bars of a session as its journal has them: those that it was warmed up on, and those that it was given since. */
import { type CandleRow, type Candles, candlesFromRows } from "../../market/index.ts";
import { type Entry, SqliteJournal, tapeOfHistory } from "../../trade/index.ts";

export class SessionBars {
  readonly #path: string;
  /** Records that hold the bars that it began with; they are read when somebody asks. */
  readonly #histories: number[] = [];
  #begun: ReadonlyMap<string, CandleRow[]> | undefined;
  readonly #given = new Map<string, CandleRow[]>();
  /** What was made of both, with how many rows there were. */
  readonly #joined = new Map<string, { readonly count: number; readonly candles: Candles }>();

  /** @param path the journal */
  constructor(path: string) {
    this.#path = path;
  }

  /** The record of this number holds bars that a strategy began with. */
  begin(seq: number): void {
    this.#histories.push(seq);
    this.#begun = undefined;
  }

  /** A bar of each of these symbols. One that came late was not there when it was decided, and no chart shows it. */
  take({ openMs, rows, late }: Extract<Entry, { kind: "row" }>, symbols: readonly string[]): void {
    if (late) return;
    for (const [at, symbol] of symbols.entries()) {
      const row = rows[at];
      if (row === null || row === undefined) continue;
      own(this.#given, symbol).push([openMs, row[0], row[1], row[2], row[3], row[4]]);
    }
  }

  /** Oldest first; none where the session does not trade the symbol. The same object until there are more. */
  of(symbol: string): Candles {
    this.#begun ??= this.#read();
    const begun = this.#begun.get(symbol) ?? [];
    const given = this.#given.get(symbol) ?? [];
    const count = begun.length + given.length;
    const known = this.#joined.get(symbol);
    if (known?.count === count) return known.candles;
    let last = Number.NEGATIVE_INFINITY;
    // Strategies that share a symbol begin with the same bars, some with more of them.
    const inOrder = [...begun, ...given]
      .sort(([one], [other]) => one - other)
      .filter(([timeMs]) => {
        if (timeMs <= last) return false;
        last = timeMs;
        return true;
      });
    const candles = candlesFromRows(inOrder);
    this.#joined.set(symbol, { count, candles });
    return candles;
  }

  #read(): ReadonlyMap<string, CandleRow[]> {
    const found = new Map<string, CandleRow[]>();
    if (this.#histories.length === 0) return found;
    const journal = new SqliteJournal(this.#path, { readOnly: true });
    try {
      for (const { entry } of journal.at(this.#histories)) {
        if (entry.kind !== "history") continue;
        const tape = tapeOfHistory(entry);
        for (const [s, { symbol }] of tape.instruments.entries()) {
          const rows = own(found, symbol);
          for (let t = 0, i = s; t < tape.bars; t++, i += tape.symbols) {
            if (tape.present[i] === 0) continue;
            rows.push([tape.timeMs[t], tape.open[i], tape.high[i], tape.low[i], tape.close[i], tape.volume[i]]);
          }
        }
      }
    } finally {
      journal.close();
    }
    return found;
  }
}

function own(all: Map<string, CandleRow[]>, symbol: string): CandleRow[] {
  const rows = all.get(symbol) ?? [];
  all.set(symbol, rows);
  return rows;
}
