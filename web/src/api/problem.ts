/** @file What can go wrong between page and server, always as what, where, fix and a code of the catalog. */

export type Problem = {
  readonly code: string;
  readonly what: string;
  readonly where?: string | undefined;
  readonly fix?: string | undefined;
};

/** An answer of the server that is no success, or none at all (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.what);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return {
    code: "PAGE",
    what: error instanceof Error ? error.message : String(error),
    fix: "Reload the page. Should it happen again, the browser's console names the place.",
  };
}

function wordOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The problem that an answer's body tells, whatever stands in it. */
export function problemFrom(status: number, body: unknown): Problem {
  const outer = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const inner = typeof outer["error"] === "object" && outer["error"] !== null ? outer["error"] : outer;
  const told = inner as Record<string, unknown>;
  return {
    code: wordOf(told["code"]) ?? `HTTP ${status}`,
    what: wordOf(told["what"]) ?? wordOf(told["message"]) ?? `The server answered with ${status}.`,
    where: wordOf(told["where"]),
    fix: wordOf(told["fix"]),
  };
}
