/** @file Ctrl-C: the first asks the running work to stop and save, the second stops at once. */

/** Exit code of a command that was stopped by the user: 128 + SIGINT. */
export const INTERRUPTED_EXIT_CODE = 130;

/** The reason of the abort signal, so that it is told from failures. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/**
 * An abort signal that the first SIGINT or SIGTERM fires.
 * @param onFirst told when it fires
 */
export function interruptSignal(onFirst: () => void): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_EXIT_CODE);
    controller.abort(new Interrupted("Stopped by the user"));
    onFirst();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
