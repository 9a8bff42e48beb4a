/**
 * @file The search put together in a folder of its own: child processes run plain JavaScript, as a user's do. Tests that
 * start processes run against that copy.
 */
import { type Bundled, bundled } from "../../core/testing/bundled.ts";
import type * as Search from "../index.ts";

export type Compiled = Bundled & {
  /** URL of the search, for child processes. */
  readonly url: string;
  readonly search: typeof Search;
};

export async function compileSearch(): Promise<Compiled> {
  const programs = ["index", "executors/trial-process", "executors/parent-watch"];
  const made = await bundled(programs.map((name) => new URL(`../${name}.ts`, import.meta.url)));
  const url = made.urls[0].href;
  return { ...made, url, search: (await import(url)) as typeof Search };
}
