/** @file A context for tests: keeps what is said, shows nothing. */
import { systemClock } from "../../core/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";

/** @param folder the working folder */
export function quietContext(
  folder: string,
  config: () => Config,
  rest: Partial<AppContext> = {},
): { readonly context: AppContext; readonly said: string[] } {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const context: AppContext = {
    note: say,
    warn: say,
    detail: () => {},
    progress: () => {},
    endProgress: () => {},
    signal: new AbortController().signal,
    clock: systemClock,
    environment: {},
    folder,
    config,
    seed: () => 1,
    ...rest,
  };
  return { context, said };
}
