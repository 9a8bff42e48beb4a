/** @file What one check of the doctor found. */
import type { ExitCode } from "../../core/index.ts";

export const CheckStatus = { ok: "ok", warn: "warn", fail: "fail" } as const;
export type CheckStatus = (typeof CheckStatus)[keyof typeof CheckStatus];

export type Check = {
  readonly name: string;
  readonly status: CheckStatus;
  /** What was seen. */
  readonly found: string;
  /** What to do about it, where it is not ok. */
  readonly fix?: string;
  /** Exit code of a failure. */
  readonly exitCode?: ExitCode;
};
