/** @file Addresses that show one file once: a frame can't send the page's half of the session, so the page asks for one first. */
import { type Clock, freshSecret, SECOND_MS } from "../../core/index.ts";

const VALID_MS = 30 * SECOND_MS;
export const TICKETS_PATH = "/api/v1/tickets/";

export class Tickets {
  readonly #clock: Clock;
  readonly #open = new Map<string, { readonly file: string; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(file: string): { path: string; expiresMs: number } {
    const nowMs = this.#clock.nowMs();
    for (const [ticket, { untilMs }] of this.#open) if (untilMs < nowMs) this.#open.delete(ticket);
    const ticket = freshSecret();
    const expiresMs = nowMs + VALID_MS;
    this.#open.set(ticket, { file, untilMs: expiresMs });
    return { path: `${TICKETS_PATH}${ticket}`, expiresMs };
  }

  /** The file, once. */
  take(ticket: string): string | undefined {
    const found = this.#open.get(ticket);
    this.#open.delete(ticket);
    return found === undefined || found.untilMs < this.#clock.nowMs() ? undefined : found.file;
  }
}
