/**
 * @file From a trained policy to one with other symbols: adding one, replacing one, leaving one out. Everything that does
 * not depend on the symbols is copied. Matrices that read the account have one input row a symbol at their end (the mark
 * that says which symbol a row of the observation is of): those rows follow their symbol, and a new symbol starts with the
 * mean of the known ones, as a symbol of which nothing is known but that it is traded like the others.
 *
 * Only parameters are carried over. The optimizer's moments belong to the old run: training starts with fresh ones.
 */
import { invariant, TidemarkError } from "../../core/index.ts";

/** Matrices `[K, outputs]` whose last S rows are the marks of the symbols. */
const SYMBOL_MATRICES: readonly string[] = ["join.account"];

/** A flat vector of parameters with its pieces; Parameters of compute is one with its values. */
export type ParameterVector = {
  readonly entries: ReadonlyArray<{
    readonly name: string;
    readonly shape: readonly number[];
    readonly offset: number;
    readonly size: number;
  }>;
  readonly values: Float32Array;
  /** In the order of the marks. */
  readonly symbols: readonly string[];
};

export type Transfer = {
  /** As long as the target's vector. */
  readonly values: Float32Array;
  /** Names of the pieces taken over whole. */
  readonly copied: readonly string[];
  /** Pieces whose rows followed their symbols. */
  readonly mapped: readonly string[];
  /** Pieces that start as the target was initialized: they are new, or have another shape. */
  readonly fresh: readonly string[];
  readonly keptSymbols: readonly string[];
  readonly newSymbols: readonly string[];
  readonly droppedSymbols: readonly string[];
};

/**
 * The target's parameters with everything that could be carried over from the source. Neither vector is changed.
 * @param to freshly initialized
 * @param symbolMatrices names of the matrices that read the symbols' marks
 * Throws MODEL_MISMATCH where nothing fits: the networks have nothing in common.
 */
export function transferParameters(
  from: ParameterVector,
  to: ParameterVector,
  symbolMatrices: readonly string[] = SYMBOL_MATRICES,
): Transfer {
  checkVector(from);
  checkVector(to);
  const values = to.values.slice();
  const sources = new Map(from.entries.map((entry) => [entry.name, entry]));
  const copied: string[] = [];
  const mapped: string[] = [];
  const fresh: string[] = [];
  for (const entry of to.entries) {
    const source = sources.get(entry.name);
    if (source === undefined) {
      fresh.push(entry.name);
      continue;
    }
    const old = from.values.subarray(source.offset, source.offset + source.size);
    const target = values.subarray(entry.offset, entry.offset + entry.size);
    if (symbolMatrices.includes(entry.name)) {
      const fits = mapRows(old, source.shape, from.symbols, target, entry.shape, to.symbols);
      (fits ? mapped : fresh).push(entry.name);
    } else if (sameShape(source.shape, entry.shape)) {
      target.set(old);
      copied.push(entry.name);
    } else {
      fresh.push(entry.name);
    }
  }
  if (copied.length === 0) {
    throw new TidemarkError("MODEL_MISMATCH", {
      what: "Nothing of the model fits into the new network",
      fix: "Continue with the encoder and sizes that the model was trained with, or train from scratch.",
    });
  }
  return {
    values,
    copied,
    mapped,
    fresh,
    keptSymbols: to.symbols.filter((symbol) => from.symbols.includes(symbol)),
    newSymbols: to.symbols.filter((symbol) => !from.symbols.includes(symbol)),
    droppedSymbols: from.symbols.filter((symbol) => !to.symbols.includes(symbol)),
  };
}

/** Whether the matrices are the same but for their symbols; if so, the target's rows are filled. */
function mapRows(
  old: Float32Array,
  oldShape: readonly number[],
  oldSymbols: readonly string[],
  target: Float32Array,
  shape: readonly number[],
  symbols: readonly string[],
): boolean {
  const columns = shape[1];
  const common = shape[0] - symbols.length;
  const fits =
    shape.length === 2 &&
    oldShape.length === 2 &&
    oldShape[1] === columns &&
    oldShape[0] - oldSymbols.length === common &&
    common >= 0;
  if (!fits) return false;
  target.set(old.subarray(0, common * columns));
  const marks = old.subarray(common * columns);
  const mean = new Float32Array(columns);
  for (let i = 0; i < marks.length; i++) mean[i % columns] += marks[i] / oldSymbols.length;
  for (const [s, symbol] of symbols.entries()) {
    const known = oldSymbols.indexOf(symbol);
    const row = known < 0 ? mean : marks.subarray(known * columns, (known + 1) * columns);
    target.set(row, (common + s) * columns);
  }
  return true;
}

function checkVector(vector: ParameterVector): void {
  const size = vector.entries.reduce((sum, entry) => sum + entry.size, 0);
  invariant(vector.values.length === size, `a vector of ${vector.values.length} values has entries for ${size}`);
  invariant(new Set(vector.symbols).size === vector.symbols.length, "every symbol is named once");
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
