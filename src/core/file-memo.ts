/** @file What was read from a file, kept while the file stands as it was: by its place on the disk, its size and its time. */
import { statSync } from "node:fs";

const MOST_KEPT = 5_000;

type Kept<T> = { readonly mark: string; readonly value: T };

export class FileMemo<T> {
  readonly #read: (path: string) => T;
  readonly #most: number;
  readonly #kept = new Map<string, Kept<T>>();

  /** @param read what is made of the file; what it throws is not kept */
  constructor(read: (path: string) => T, most = MOST_KEPT) {
    this.#read = read;
    this.#most = most;
  }

  get(path: string): T {
    const stat = statSync(path, { throwIfNoEntry: false });
    // A file that is not there has nothing that could stand still.
    if (stat === undefined) return this.#read(path);
    const mark = `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    const known = this.#kept.get(path);
    if (known?.mark === mark) return known.value;
    const value = this.#read(path);
    this.#kept.delete(path);
    this.#kept.set(path, { mark, value });
    if (this.#kept.size > this.#most) {
      const [oldest] = this.#kept.keys();
      this.#kept.delete(oldest);
    }
    return value;
  }
}
