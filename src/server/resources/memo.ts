/** @file Answers that are kept while nothing behind them has changed. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../core/index.ts";

/** Names and times of a folder's entries, `depth` levels deep: what stands still here has not changed. */
export function folderMark(folder: string, depth = 1): string {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return "none";
  }
  return names
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat === undefined) return name;
      const inside = depth > 1 && stat.isDirectory() ? folderMark(path, depth - 1) : "";
      return `${name} ${stat.mtimeMs} ${stat.size} ${inside}`;
    })
    .join("\n");
}

/** Keeps the newest values, each while its mark stands; a promise that was broken is not kept. */
export class Memo<T> {
  readonly #most: number;
  readonly #kept = new Map<string, { readonly mark: string; readonly value: T }>();

  constructor(most = 64) {
    this.#most = most;
  }

  get(key: string, mark: string, make: () => T): T {
    const known = this.#kept.get(key);
    if (known?.mark === mark) return known.value;
    const value = make();
    this.#kept.delete(key);
    this.#kept.set(key, { mark, value });
    if (value instanceof Promise) {
      value.catch(() => {
        if (this.#kept.get(key)?.value === value) this.#kept.delete(key);
      });
    }
    if (this.#kept.size > this.#most) {
      const [oldest] = this.#kept.keys();
      this.#kept.delete(oldest);
    }
    return value;
  }
}

/** A value that is slow to make: the last one is given at once, and made anew behind it where it is old. */
export class Slow<T> {
  readonly #make: () => Promise<T>;
  readonly #clock: Clock;
  readonly #freshMs: number;
  #value: { readonly value: T; readonly atMs: number } | undefined;
  #making: Promise<T> | undefined;

  constructor(make: () => Promise<T>, clock: Clock, freshMs: number) {
    this.#make = make;
    this.#clock = clock;
    this.#freshMs = freshMs;
  }

  async get(): Promise<T> {
    const known = this.#value;
    if (known !== undefined && this.#clock.elapsedMs() - known.atMs < this.#freshMs) return known.value;
    this.#making ??= this.#make()
      .then((value) => {
        this.#value = { value, atMs: this.#clock.elapsedMs() };
        return value;
      })
      .finally(() => {
        this.#making = undefined;
      });
    if (known === undefined) return this.#making;
    this.#making.catch(() => undefined);
    return known.value;
  }
}
