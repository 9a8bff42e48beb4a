/** @file Values of a configuration, checked once at the door: the key, the value and what would be allowed. */
import { TidemarkError } from "./errors.ts";

/** The error of a configuration value that is not allowed. */
export function configValueError(key: string, value: unknown, allowed: string): TidemarkError {
  return new TidemarkError("CONFIG_VALUE", {
    what: `"${key}" is ${JSON.stringify(value) ?? String(value)}, allowed is ${allowed}`,
    where: key,
    fix: `Set "${key}" to ${allowed}.`,
  });
}

/** Throws CONFIG_VALUE unless `value` is a finite number from `min` to `max`, both included. */
export function checkNumber(key: string, value: unknown, min: number, max: number): void {
  if (typeof value !== "number" || !(value >= min && value <= max)) {
    throw configValueError(key, value, `a number from ${min} to ${max}`);
  }
}

/** Throws CONFIG_VALUE unless `value` is a whole number from `min` to `max`, both included. */
export function checkWhole(key: string, value: unknown, min: number, max: number): void {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw configValueError(key, value, `a whole number from ${min} to ${max}`);
  }
}

/** Throws CONFIG_VALUE unless `value` is true or false. */
export function checkBoolean(key: string, value: unknown): void {
  if (typeof value !== "boolean") throw configValueError(key, value, "true or false");
}

/** Throws CONFIG_VALUE unless `value` is one of `choices`. */
export function checkChoice(key: string, value: unknown, choices: readonly string[]): void {
  if (typeof value !== "string" || !choices.includes(value)) {
    throw configValueError(key, value, `one of ${choices.map((choice) => `"${choice}"`).join(", ")}`);
  }
}

/** Throws CONFIG_UNKNOWN_KEY where `given` has a key that `known` lacks. */
export function checkKeys(section: string, given: object, known: object): void {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(known, key)) {
      throw new TidemarkError("CONFIG_UNKNOWN_KEY", {
        what: `"${section}.${key}" is not a setting`,
        where: `${section}.${key}`,
        fix: `Known settings are ${Object.keys(known).join(", ")}.`,
      });
    }
  }
}
