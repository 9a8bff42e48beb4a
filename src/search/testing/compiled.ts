/**
 * @file The search put together in a folder of its own: child processes run plain JavaScript, as a user's do. Tests that
 * start processes run against that copy.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Bundled, bundled } from "../../core/testing/bundled.ts";
import type * as Search from "../index.ts";

export type Compiled = Bundled & {
  /** URL of the search, for child processes. */
  readonly url: string;
  readonly search: typeof Search;
};

export async function compileSearch(): Promise<Compiled> {
  const made = await bundled(["search/index", "search/executors/trial-process", "search/executors/parent-watch"]);
  const url = pathToFileURL(join(made.folder, "search/index.js")).href;
  return { ...made, url, search: (await import(url)) as typeof Search };
}
