/** @file Any Parquet file as its engine reads it, for tests of files that others have written. */
export { readAnyParquet } from "../store/engine.ts";
