/** @file What a failing call says, for tests of errors. */
import { TidemarkError } from "../../src/core/index.ts";

/** The error of the catalog with which the work fails. Fails itself when the work succeeds or fails otherwise. */
export async function refusal(work: Promise<unknown>): Promise<TidemarkError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof TidemarkError)) throw new Error(`an error of the catalog is thrown, was ${String(thrown)}`);
  return thrown;
}
