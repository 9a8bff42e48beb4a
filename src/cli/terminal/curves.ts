/** @file Figures over time as small curves of text, one line each: the whole run, however long, in the width of the screen. */

/** Eighths of a character's height. */
const BLOCKS = "▁▂▃▄▅▆▇█";
/** Points that are kept of a curve at most: when there are more, neighbors are joined. */
const MOST_POINTS = 512;

/** The course of one figure. Memory does not grow with the run: each point is the mean of ever more values. */
export class Curve {
  #points: number[] = [];
  /** Values that a whole point is the mean of. */
  #stride = 1;
  #sum = 0;
  #count = 0;
  #last = Number.NaN;

  get last(): number {
    return this.#last;
  }

  /** Values that are not finite leave no point. */
  add(value: number): void {
    this.#last = value;
    if (!Number.isFinite(value)) return;
    this.#sum += value;
    if (++this.#count < this.#stride) return;
    this.#points.push(this.#sum / this.#count);
    this.#sum = 0;
    this.#count = 0;
    if (this.#points.length < MOST_POINTS) return;
    this.#points = Array.from(
      { length: MOST_POINTS / 2 },
      (_, i) => (this.#points[2 * i] + this.#points[2 * i + 1]) / 2,
    );
    this.#stride *= 2;
  }

  /** At most `cells` means of the whole course, oldest first. */
  sampled(cells: number): number[] {
    const points = this.#count === 0 ? this.#points : [...this.#points, this.#sum / this.#count];
    if (points.length <= cells) return [...points];
    return Array.from({ length: cells }, (_, cell) => {
      const part = points.slice(
        Math.floor((cell * points.length) / cells),
        Math.floor(((cell + 1) * points.length) / cells),
      );
      return part.reduce((sum, value) => sum + value, 0) / part.length;
    });
  }
}

/** Values as a row of blocks between their own lowest and highest; a constant is a line in the middle. */
export function sparkline(values: readonly number[]): string {
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  return values
    .map((value) => BLOCKS[span > 0 ? Math.round(((value - low) / span) * (BLOCKS.length - 1)) : BLOCKS.length / 2])
    .join("");
}

/** Space for the name, the newest figure and the range. */
const NAME_CELLS = 13;
const FIGURE_CELLS = 11;
const RANGE_CELLS = 26;
const MOST_CELLS = 72;
const LEAST_CELLS = 8;

/** One line: name, curve, newest figure, and between which values it is drawn. Undefined where the screen is too narrow. */
export function curveLine(name: string, curve: Curve, figure: string, columns: number): string | undefined {
  const cells = Math.min(MOST_CELLS, columns - NAME_CELLS - FIGURE_CELLS - RANGE_CELLS - 4);
  if (cells < LEAST_CELLS) return undefined;
  const values = curve.sampled(cells);
  const range = values.length === 0 ? "" : `${short(Math.min(...values))} to ${short(Math.max(...values))}`;
  const drawn = sparkline(values).padEnd(cells);
  return `${name.padEnd(NAME_CELLS)} ${drawn} ${figure.padStart(FIGURE_CELLS)}  ${range}`.slice(0, columns).trimEnd();
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
