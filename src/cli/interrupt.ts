/** @file Ctrl-C: the first asks the running work to stop and save, the second stops at once. */

/** Exit code of a command that was stopped by the user: 128 + SIGINT. */
export const INTERRUPTED_EXIT_CODE = 130;

/** The reason of the abort signal, so that it is told from failures. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export type Interrupt = {
  /** Fires at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Lets signals end the process again. */
  readonly release: () => void;
};

/** @param onFirst told when the signal fires */
export function catchInterrupt(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_EXIT_CODE);
    controller.abort(new Interrupted("Stopped by the user"));
    onFirst();
  };
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
