/**
 * @file What a use case is given by whoever asks for it, and what it may say meanwhile. The command line answers with a
 * terminal, a server with messages to a page; a use case prints nothing and returns its result as data.
 */
import type { Clock, Progress } from "../core/index.ts";
import type { Config } from "./config/load.ts";

export type AppContext = {
  /** Something worth knowing that is not the result. */
  readonly note: (text: string) => void;
  /** Something that may be wrong and stops nothing. */
  readonly warn: (text: string) => void;
  /** For those who want to know more. */
  readonly detail: (text: string) => void;
  /** How far the work is. */
  readonly progress: (progress: Progress) => void;
  /** The work of the last progress has ended. */
  readonly endProgress: () => void;
  /** Fires when the work is to stop and to save itself. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that the user stands in: relative paths that a user gives start from here. */
  readonly folder: string;
  /** The resolved configuration; read once, on first use. */
  readonly config: () => Config;
  /** The configuration read anew, for what may change while it runs; absent where nobody can read it again. */
  readonly reloadConfig?: () => Config;
  /** The configured seed, or a fresh one that is told and stays the same for the command. */
  readonly seed: () => number;
};
