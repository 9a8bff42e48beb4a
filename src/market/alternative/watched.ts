/** @file Until when each series was watched, on disk: a recorder that starts again knows what it has missed. */
import { join } from "node:path";
import { z } from "zod";
import { readTextIfPresent, TidemarkError, writeFileAtomic } from "../../core/index.ts";
import type { SeriesSpec } from "../../venues/choices.ts";

const schema = z.strictObject({ schema: z.literal(1), series: z.record(z.string(), z.int()) });

export class Watched {
  readonly #path: string;
  readonly #until: Map<string, number>;

  /** Throws STORE_CORRUPT. */
  constructor(dataRoot: string) {
    this.#path = join(dataRoot, "alternative", "watched.json");
    this.#until = readUntil(this.#path);
  }

  /** When the series' source last answered while it was watched; undefined where it never was. */
  until({ id }: Pick<SeriesSpec, "id">, key: string): number | undefined {
    return this.#until.get(`${id} ${key}`);
  }

  answered({ id }: Pick<SeriesSpec, "id">, key: string, nowMs: number): void {
    this.#until.set(`${id} ${key}`, Math.round(nowMs));
  }

  /** Throws FILE_UNWRITABLE and DISK_FULL. */
  save(): void {
    const series = Object.fromEntries([...this.#until].sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileAtomic(this.#path, `${JSON.stringify({ schema: 1, series }, undefined, 1)}\n`);
  }
}

function readUntil(path: string): Map<string, number> {
  const text = readTextIfPresent(path);
  if (text === undefined) return new Map();
  try {
    return new Map(Object.entries(schema.parse(JSON.parse(text)).series));
  } catch (thrown) {
    throw new TidemarkError("STORE_CORRUPT", {
      what: "Until when series were watched can't be read",
      where: path,
      fix: "Delete the file: the next values then count as fetched afterwards, and no value is lost.",
      cause: thrown,
    });
  }
}
