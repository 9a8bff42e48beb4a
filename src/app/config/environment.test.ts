import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exampleEnv, parseEnvFile, presentSecrets } from "./environment.ts";

describe("the .env file", () => {
  it("reads values with and without quotes and comments", () => {
    const text = "# head\nA=1\nexport B = two words # tail\nC=\"x # y\"\nD='it''\n".replace("'it''", "'it is'");
    expect(Object.fromEntries(parseEnvFile(text, ".env"))).toEqual({ A: "1", B: "two words", C: "x # y", D: "it is" });
  });

  it("names the line of nonsense without repeating it", () => {
    const text = "A=1\nmy-secret-value\n";
    const expected = expect.objectContaining({
      code: "CONFIG_SYNTAX",
      where: ".env:2",
      message: expect.not.stringContaining("my-secret-value"),
    });
    expect(() => parseEnvFile(text, ".env")).toThrow(expected);
  });

  it("tells which secrets are set, in the environment or the file", () => {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-env-"));
    writeFileSync(join(folder, ".env"), "BYBIT_API_SECRET=abc\nBYBIT_API_KEY=\n");
    expect([...presentSecrets({}, folder)]).toEqual(["BYBIT_API_SECRET"]);
    expect([...presentSecrets({ BYBIT_API_KEY: "k" }, folder)]).toEqual(["BYBIT_API_KEY", "BYBIT_API_SECRET"]);
    rmSync(folder, { recursive: true });
  });

  it("has an example that parses and sets nothing", () => {
    expect([...parseEnvFile(exampleEnv(), ".env").values()].join("")).toBe("");
  });
});
