/**
 * @file A limit on what a language model may use in a day, over all conversations of a project: a paid endpoint is asked no
 * more when it is reached, and the analyst goes on alone. Each reply adds a line to the day's file (UTC), so that several
 * processes count together.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { LanguageModel } from "../../assistant/index.ts";
import { type Clock, ensureFolder, fileError, formatDay, readTextIfPresent, TidemarkError } from "../../core/index.ts";

/** What a paid endpoint may use in a day where nothing else is said. */
export const DAILY_TOKENS = 200_000;

export class DailyTokens {
  readonly #folder: string;
  readonly #limit: number;
  readonly #clock: Clock;

  /** @param limit tokens a day, read and written together */
  constructor(folder: string, limit: number, clock: Clock) {
    this.#folder = folder;
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Tokens of this day so far. */
  used(): number {
    const lines = (readTextIfPresent(this.#path()) ?? "").split("\n");
    // A line that was being written when the power went counts for nothing.
    return lines.reduce((sum, line) => sum + (/^\d+$/.test(line) ? Number(line) : 0), 0);
  }

  /** The model, until the day's tokens are used; it then rejects with ASSISTANT_MODEL and asks nobody. */
  over(model: LanguageModel): LanguageModel {
    return {
      name: model.name,
      complete: async (request) => {
        if (this.used() >= this.#limit) {
          throw new TidemarkError("ASSISTANT_MODEL", {
            what: `The ${this.#limit} tokens of the day are used`,
            where: model.name,
            fix: "It is asked again after midnight UTC, or with a larger --daily-tokens.",
          });
        }
        const reply = await model.complete(request);
        this.#add(reply.tokens);
        return reply;
      },
      close: () => model.close(),
    };
  }

  #path(): string {
    return join(this.#folder, `tokens-${formatDay(this.#clock.nowMs())}.txt`);
  }

  #add(tokens: number): void {
    const path = this.#path();
    try {
      ensureFolder(this.#folder);
      appendFileSync(path, `${Math.ceil(tokens)}\n`);
    } catch (thrown) {
      throw fileError(thrown, path);
    }
  }
}
