/**
 * @file Search spaces: named dimensions, each a range of floats, a range of integers, or a list of choices. Numbers may
 * be searched on a logarithmic scale or in steps. A space is plain JSON, checked once and then kept in one normal form.
 */
import { configValueError } from "../core/index.ts";

export type ChoiceValue = string | number | boolean | null;
export type ParamValue = ChoiceValue;
/** One value for every dimension of a space. */
export type Params = Readonly<Record<string, ParamValue>>;

/** A dimension as a user writes it. Bounds are included; `log` and `step` exclude each other, except for integers in steps of 1. */
export type DimensionSpec =
  | {
      readonly kind: "float";
      readonly low: number;
      readonly high: number;
      readonly log?: boolean;
      readonly step?: number | null;
    }
  | {
      readonly kind: "int";
      readonly low: number;
      readonly high: number;
      readonly log?: boolean;
      readonly step?: number;
    }
  | { readonly kind: "categorical"; readonly choices: readonly ChoiceValue[] };

export type SearchSpace = Readonly<Record<string, DimensionSpec>>;

export type FloatDimension = {
  readonly kind: "float";
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly step: number | null;
};
export type IntDimension = {
  readonly kind: "int";
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly step: number;
};
export type ChoiceDimension = { readonly kind: "categorical"; readonly choices: readonly ChoiceValue[] };
export type NumericDimension = FloatDimension | IntDimension;
export type Dimension = NumericDimension | ChoiceDimension;

/** A checked space, its names in ascending order so that suggestions don't depend on how it was written. */
export type Space = ReadonlyMap<string, Dimension>;

/** How far a value may lie off its grid of steps, in steps. */
const STEP_TOLERANCE = 1e-8;

function checkRange(key: string, spec: Exclude<DimensionSpec, { kind: "categorical" }>): void {
  const whole = spec.kind === "int";
  for (const bound of ["low", "high"] as const) {
    const value = spec[bound];
    if (whole ? !Number.isSafeInteger(value) : !Number.isFinite(value)) {
      throw configValueError(`${key}.${bound}`, value, whole ? "a whole number" : "a finite number");
    }
  }
  if (spec.low > spec.high) throw configValueError(`${key}.low`, spec.low, `at most ${spec.high}, its "high"`);
  if (!Number.isFinite(spec.high - spec.low)) {
    throw configValueError(`${key}.high`, spec.high, 'near enough to "low" that their difference is a finite number');
  }
  const step = spec.step ?? null;
  if (step !== null && !(step > 0 && (whole ? Number.isSafeInteger(step) : Number.isFinite(step)))) {
    throw configValueError(`${key}.step`, step, whole ? "a whole number above 0" : "a number above 0");
  }
  if (spec.log !== true) return;
  const least = whole ? 1 : Number.MIN_VALUE;
  if (spec.low < least) throw configValueError(`${key}.low`, spec.low, "above 0 on a logarithmic scale");
  if (step !== null && !(whole && step === 1)) {
    throw configValueError(`${key}.step`, step, "absent on a logarithmic scale");
  }
}

/** The last value of a grid of steps that is not above `high`. */
function lastStep(low: number, high: number, step: number): number {
  return onGrid(low, step, Math.floor((high - low) / step + STEP_TOLERANCE));
}

/** The k-th value of a grid, without the noise of binary fractions (0.1 + 2 * 0.1 is 0.3). */
function onGrid(low: number, step: number, k: number): number {
  return Number((low + k * step).toPrecision(15));
}

function checkDimension(key: string, spec: DimensionSpec): Dimension {
  if (spec.kind === "categorical") {
    const { choices } = spec;
    if (!Array.isArray(choices) || choices.length === 0) {
      throw configValueError(`${key}.choices`, choices, "a list with at least one choice");
    }
    if (new Set(choices).size !== choices.length) {
      throw configValueError(`${key}.choices`, choices, "a list without repetition");
    }
    if (choices.some((choice) => typeof choice === "number" && !Number.isFinite(choice))) {
      throw configValueError(`${key}.choices`, choices, "a list whose numbers are finite");
    }
    return { kind: "categorical", choices: [...choices] };
  }
  if (spec.kind !== "float" && spec.kind !== "int") {
    throw configValueError(`${key}.kind`, (spec as { kind: unknown }).kind, '"float", "int" or "categorical"');
  }
  checkRange(key, spec);
  const { low, log = false } = spec;
  if (spec.kind === "int") {
    const step = spec.step ?? 1;
    return { kind: "int", low, high: lastStep(low, spec.high, step), log, step };
  }
  const step = spec.step ?? null;
  return { kind: "float", low, high: step === null ? spec.high : lastStep(low, spec.high, step), log, step };
}

/** Checks a space and brings it to its normal form. Throws CONFIG_VALUE. */
export function checkSpace(space: SearchSpace): Space {
  const names = Object.keys(space).sort();
  if (names.length === 0) throw configValueError("space", space, "an object with at least one dimension");
  return new Map(names.map((name) => [name, checkDimension(`space.${name}`, space[name])]));
}

/** The space as JSON. */
export function spaceJson(space: Space): Readonly<Record<string, Dimension>> {
  return Object.fromEntries(space);
}

/**
 * True where a dimension has only one value, so that there is nothing to search: also where the bounds of a logarithmic one
 * lie so close that their logarithms are the same number.
 */
export function isSingle(dimension: Dimension): boolean {
  if (dimension.kind === "categorical") return dimension.choices.length === 1;
  const { low, high, log } = dimension;
  return low === high || (log && Math.log(low) === Math.log(high));
}

/** The number by which a value is stored and modelled: itself, or the index of the choice. NaN where it has none. */
export function toInternal(dimension: Dimension, value: ParamValue): number {
  if (dimension.kind === "categorical") {
    const index = dimension.choices.indexOf(value);
    return index < 0 ? Number.NaN : index;
  }
  return typeof value === "number" ? value : Number.NaN;
}

/** The value behind an internal number. */
export function toExternal(dimension: Dimension, internal: number): ParamValue {
  return dimension.kind === "categorical" ? dimension.choices[internal] : internal;
}

/** True where an internal number is a value of the dimension: inside its bounds and on its grid. */
export function contains(dimension: Dimension, internal: number): boolean {
  if (dimension.kind === "categorical") {
    return Number.isInteger(internal) && internal >= 0 && internal < dimension.choices.length;
  }
  if (!(internal >= dimension.low && internal <= dimension.high)) return false;
  if (dimension.step === null) return true;
  const k = (internal - dimension.low) / dimension.step;
  return Math.abs(k - Math.round(k)) < STEP_TOLERANCE;
}

/** Brings a number of the continuous range to the nearest value of the dimension. */
export function toNearest(dimension: NumericDimension, x: number): number {
  const { low, high, step } = dimension;
  const value = step === null ? x : onGrid(low, step, Math.round((x - low) / step));
  return Math.min(high, Math.max(low, value));
}

/** Checks that `params` gives every dimension a value of it, and nothing else. Throws CONFIG_VALUE. */
export function checkParams(space: Space, params: Params): void {
  for (const [name, dimension] of space) {
    const value = params[name];
    if (value === undefined || !contains(dimension, toInternal(dimension, value))) {
      throw configValueError(name, value, `a value of ${JSON.stringify(dimension)}`);
    }
  }
  for (const name of Object.keys(params)) {
    if (!space.has(name)) throw configValueError(name, params[name], `one of ${[...space.keys()].join(", ")}`);
  }
}
