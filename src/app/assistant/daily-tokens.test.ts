import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { LanguageModel } from "../../assistant/index.ts";
import { DAY_MS, SimulatedClock } from "../../core/index.ts";
import { DailyTokens } from "./daily-tokens.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-tokens-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const REQUEST = { system: "", prompt: "", maxOutputTokens: 10 };

/** Every reply takes 40 tokens; `asked` counts how often it was asked. */
function costly(asked: number[]): LanguageModel {
  return {
    name: "costly",
    complete: async () => {
      asked.push(1);
      return { text: "yes", tokens: 40 };
    },
    close: async () => {},
  };
}

test("a model is asked until the day's tokens are used, counted over processes, and again on the next day", async () => {
  const clock = new SimulatedClock(Date.UTC(2026, 0, 5, 22));
  const asked: number[] = [];
  const first = new DailyTokens(FOLDER, 100, clock).over(costly(asked));
  const second = new DailyTokens(FOLDER, 100, clock).over(costly(asked));
  await first.complete(REQUEST);
  await second.complete(REQUEST);
  await first.complete(REQUEST);
  await expect(second.complete(REQUEST)).rejects.toMatchObject({ code: "ASSISTANT_MODEL" });
  expect(asked, "nobody is asked beyond it").toHaveLength(3);
  const [file] = readdirSync(FOLDER);
  appendFileSync(join(FOLDER, file), "4");
  appendFileSync(join(FOLDER, file), "x\n");
  expect(new DailyTokens(FOLDER, 100, clock).used(), "a line that is no number counts for nothing").toBe(120);
  clock.advance(DAY_MS / 4);
  await second.complete(REQUEST);
  expect(new DailyTokens(FOLDER, 100, clock).used()).toBe(40);
});
