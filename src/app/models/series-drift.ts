/** @file Whether the alternative series that a model reads are still what they were while it was trained: there, and in range. */
import { type MarketTape, MISSING_AGE } from "../../market/index.ts";

export type SeriesDrift = {
  /** Such as "fear-greed.index". */
  readonly series: string;
  /** Share of the symbols' bars in which nothing was known, in the training and since. */
  readonly missingTrained: number;
  readonly missingSince: number;
  /** Of the values known since, the share outside what 98 of 100 of the training's lay in; null where nothing is known. */
  readonly outside: number | null;
  /** Whether it is missing, or outside, so much more often that the model sees what it never learned. */
  readonly moved: boolean;
};

const TAIL = 0.01;
/** Outside values are 2 % where nothing has changed; slow series wander, so that only a fifth is told. */
const MUCH = 0.2;

/** Of every series of the tape: the rows `[from, trained)` against those from `trained` on. */
export function seriesDrift(tape: MarketTape, from: number, trained: number): SeriesDrift[] {
  const { alternative, symbols, bars, present } = tape;
  if (alternative === undefined) return [];
  return alternative.series.map(({ id }, k) => {
    const { [k]: value } = alternative.value;
    const { [k]: age } = alternative.age;
    const known = (begin: number, end: number): { values: Float64Array; missing: number } => {
      const values: number[] = [];
      let cells = 0;
      for (let cell = begin * symbols; cell < end * symbols; cell++) {
        if (present[cell] === 0) continue;
        cells++;
        if (age[cell] !== MISSING_AGE) values.push(value[cell]);
      }
      return { values: Float64Array.from(values).sort(), missing: cells === 0 ? 0 : 1 - values.length / cells };
    };
    const before = known(from, trained);
    const since = known(trained, bars);
    const last = before.values.length - 1;
    const low = before.values[Math.floor(TAIL * last)];
    const high = before.values[Math.ceil((1 - TAIL) * last)];
    const outside =
      last < 0 || since.values.length === 0
        ? null
        : since.values.filter((own) => own < low || own > high).length / since.values.length;
    return {
      series: id,
      missingTrained: before.missing,
      missingSince: since.missing,
      outside,
      moved: (outside ?? 0) > MUCH || since.missing - before.missing > MUCH,
    };
  });
}
