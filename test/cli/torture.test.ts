import { expect, it } from "vitest";
import { NIGHTLY } from "../../src/core/testing/nightly.ts";
import { temporaryFolder, tidemark } from "./cli.ts";

it("a live session that is killed again and again loses nothing and doubles nothing: 20 kills at night, 3 by day", async () => {
  using folder = temporaryFolder();
  const kills = NIGHTLY ? 20 : 3;
  const args = ["verify", "torture", "--kills", String(kills), "--seed", "3", "--json"];
  const { code, stdout, stderr } = await tidemark(args, { cwd: folder.path });
  const proof = JSON.parse(stdout) as Record<string, unknown>;
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  expect(proof).toMatchObject({ passed: true, kills, duplicates: 0, differences: [] });
  expect(proof["executions"], "a session that does nothing loses nothing").toBeGreaterThanOrEqual(kills);
  expect(proof["longestNakedMs"]).toBeLessThanOrEqual(Number(proof["nakedBoundMs"]));
});
