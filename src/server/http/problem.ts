/** @file Every failure in one shape: the catalog's code, what, where, fix; and the status that goes with it. */
import { TidemarkError } from "../../core/index.ts";
import type { Problem } from "../contract/index.ts";

type Told = { readonly status: number; readonly body: Problem };

const CONFLICTS = /^(?:ENGINE_.*|COMMAND_CONFLICT|JOBS_RUNNING|CHECK_FAILED|LIVE_REFUSED|.*_REFUSED|.*_LOCKED)$/;
const WRONG = /^(?:USAGE_ARGUMENT|COMMAND_INVALID|CONFIG_.*)$/;

function statusOf(code: string): number {
  if (code.endsWith("_MISSING")) return 404;
  if (code === "ACCESS_REFUSED") return 401;
  if (WRONG.test(code)) return 422;
  return CONFLICTS.test(code) ? 409 : 500;
}

export function told(error: TidemarkError, status = statusOf(error.code)): Told {
  const { code, what, where, fix } = error;
  return {
    status,
    body: { error: { code, what, ...(where === undefined ? {} : { where }), ...(fix === undefined ? {} : { fix }) } },
  };
}

/** What nobody foresaw is not told to the page in its own words: they may hold anything. */
export function problemOf(thrown: unknown): Told {
  if (thrown instanceof TidemarkError) return told(thrown);
  const body = {
    error: {
      code: "UNEXPECTED",
      what: "Something failed that nobody foresaw",
      fix: "The server's own output tells more with --verbose; please report it.",
    },
  };
  return { status: 500, body };
}

export function refusal(status: number, what: string, fix: string): Told {
  return told(new TidemarkError("ACCESS_REFUSED", { what, fix }), status);
}
