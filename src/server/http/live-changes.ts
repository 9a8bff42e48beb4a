/** @file What raises live risk waits some seconds before the engine hears of it, and can be taken back until then. */
import { type Clock, freshId, SECOND_MS, TidemarkError } from "../../core/index.ts";
import type { Command, LiveChange } from "../contract/index.ts";

const UNDO_MS = 5 * SECOND_MS;
/** Older ones are in the journals alone. */
const MOST_KEPT = 100;

type Wanted = Pick<LiveChange, "session" | "command" | "assetClass">;
type Kept = { change: LiveChange; readonly ended: AbortController };

/** The words that have to be typed. */
function phraseOf(session: string): string {
  return `raise ${session.slice(session.indexOf("/") + 1)}`;
}

export class LiveChanges {
  readonly #clock: Clock;
  readonly #kept: Kept[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  list(): LiveChange[] {
    return this.#kept.map(({ change }) => change).reverse();
  }

  /** Throws LIVE_REFUSED where the phrase is another. `send` tells the engine, once the time is over. */
  ask(wanted: Wanted, phrase: string, send: () => Promise<Command>): LiveChange {
    if (phrase.trim() !== phraseOf(wanted.session)) {
      throw new TidemarkError("LIVE_REFUSED", {
        what: "The phrase is not the one that raises this session",
        where: wanted.session,
        fix: `Type "${phraseOf(wanted.session)}".`,
      });
    }
    const askedMs = this.#clock.nowMs();
    const ended = new AbortController();
    const change: LiveChange = {
      ...wanted,
      id: freshId(),
      askedMs,
      actsMs: askedMs + UNDO_MS,
      state: "waiting",
      answer: null,
    };
    const kept: Kept = { change, ended };
    this.#kept.push(kept);
    if (this.#kept.length > MOST_KEPT) this.#kept.shift();
    void this.#carryOut(kept, send);
    return change;
  }

  /** Throws LIVE_REFUSED where it was sent already: then the session can be halted. */
  takeBack(id: string): LiveChange {
    const kept = this.#kept.find(({ change }) => change.id === id);
    if (kept === undefined) {
      throw new TidemarkError("ROUTE_MISSING", {
        what: "There is no such change",
        where: id,
        fix: "See live/changes.",
      });
    }
    if (kept.change.state === "sent") {
      throw new TidemarkError("LIVE_REFUSED", {
        what: "It was carried out already",
        where: kept.change.session,
        fix: "Halt the session, or close the asset class: one gesture each.",
      });
    }
    this.#drop(kept);
    return kept.change;
  }

  /** What still waits is never sent. */
  close(): void {
    for (const kept of this.#kept) if (kept.change.state === "waiting") this.#drop(kept);
  }

  #drop(kept: Kept): void {
    kept.change = { ...kept.change, state: "taken-back" };
    kept.ended.abort();
  }

  async #carryOut(kept: Kept, send: () => Promise<Command>): Promise<void> {
    await this.#clock.sleep(UNDO_MS, kept.ended.signal).catch(() => undefined);
    if (kept.change.state !== "waiting") return;
    kept.change = { ...kept.change, state: "sent" };
    const answer = await send().catch(() => null);
    kept.change = { ...kept.change, answer };
  }
}
