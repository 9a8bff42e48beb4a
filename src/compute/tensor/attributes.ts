/** @file Typed access to an operation's attributes. A missing one is a broken promise of the builder. */
import { InvariantError } from "../../core/index.ts";
import type { Operation } from "./tensor.ts";

export function numberOf(operation: Operation, key: string): number {
  const value = operation.attributes[key];
  if (typeof value !== "number") throw new InvariantError(`${operation.name} has the number attribute "${key}"`);
  return value;
}

export function listOf(operation: Operation, key: string): readonly number[] {
  const value = operation.attributes[key];
  if (!Array.isArray(value)) throw new InvariantError(`${operation.name} has the list attribute "${key}"`);
  return value as readonly number[];
}

export function textOf(operation: Operation, key: string): string {
  const value = operation.attributes[key];
  if (typeof value !== "string") throw new InvariantError(`${operation.name} has the text attribute "${key}"`);
  return value;
}

export function flagOf(operation: Operation, key: string): boolean {
  return numberOf(operation, key) === 1;
}
