import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { commandLine } from "./cli.ts";

const cwd = mkdtempSync(join(tmpdir(), "tidemark-flags-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe("a flag that would change nothing beside others", () => {
  it.each([
    ["walkforward --strategy sma-cross --model m", "--model"],
    ["walkforward --param a=1", "--param"],
    ["walkforward --strategy sma-cross --warm", "--warm"],
    ["walkforward --model m --steps 9", "--steps"],
    ["walkforward --groups 5", "--groups"],
    ["walkforward --train-days 7", "--train-days"],
    ["walkforward --learner gbdt --windows 3 --test-days 7", "--test-days"],
    ["walkforward --scheme kfold --test-groups 2", "--test-groups"],
    ["walkforward --scheme cpcv --anchored", "--anchored"],
    ["walkforward --scheme cpcv --strategy ./a.mjs --workers redis://a", "--workers"],
    ["walkforward --resume x --windows 3", "--windows"],
    ["walkforward --resume x --learner gbdt", "--learner"],
    ["tune --strategy ./a.mjs --encoder gru", "--encoder"],
    ["tune --strategy ./a.mjs --resume", "--resume"],
    ["tune --resume --steps 5", "--steps"],
    ["stress --model m --param a=1", "--param"],
    ["verify leak --model m --strategy sma-cross", "--strategy"],
    ["verify leak --model m --features core20", "--features"],
    ["verify leak --planted --strategy sma-cross", "--strategy"],
    ["verify warmup --model m --features core20", "--features"],
    ["verify bias --planted --no-report", "--no-report"],
    ["verify bias --strategy sma-cross --no-sensitivity", "--no-sensitivity"],
    ["verify ablation --planted --group sentiment", "--group"],
  ])("is refused: %s", async (line, flag) => {
    const { code, stderr } = await commandLine(line.split(" "), { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(`${flag} changes nothing`);
  });

  it("is refused in a comparison of one report with itself", async () => {
    for (const ids of [["a"], ["a", "a"]]) {
      const { code, stderr } = await commandLine(["report", "compare", ...ids], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining("two different reports")]);
    }
  });
});
