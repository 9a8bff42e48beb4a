/** @file What a proof asks the local venue in another process, beside what the session asks it. */
import { TidemarkError } from "../../core/index.ts";

/**
 * The venue's answer. Each question has a connection of its own: one that is kept may be closed by the venue in the very
 * moment in which the next question goes out. Throws CHECK_FAILED where the venue does not answer.
 */
export async function askVenueControl(
  url: string,
  action: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const headers = { connection: "close" };
    const body = JSON.stringify(action);
    const reply = await fetch(`${url}/control`, { method: "POST", body, headers, redirect: "error", signal });
    return await reply.json();
  } catch (thrown) {
    signal.throwIfAborted();
    throw new TidemarkError("CHECK_FAILED", {
      what: "The local venue does not answer any more",
      where: url,
      fix: "Run the proof again; look at the venue's own output where it happens twice.",
      cause: thrown,
    });
  }
}
