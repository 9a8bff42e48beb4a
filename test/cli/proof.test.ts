import { describe, expect, it } from "vitest";
import { commandLine, temporaryFolder } from "./cli.ts";

describe("tidemark verify parity", () => {
  it("holds on the synthetic market where nothing is stored, and says which market it was", async () => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await commandLine(
      ["verify", "parity", "--set", "data.synthetic_bars=1500", "--json"],
      {
        cwd: folder.path,
      },
    );
    expect(code, `no complaint: ${stderr}`).toBe(0);
    const outcome = JSON.parse(stdout) as {
      passed: boolean;
      synthetic: boolean;
      unproven: string[];
      training: { first: string; second: string };
      proof: object[];
      results: Array<{ name: string; fills: number; environmentHash: string; backtestHash: string }>;
    };
    expect(outcome).toMatchObject({ passed: true, synthetic: true, unproven: [] });
    expect(outcome.training.first).toBe(outcome.training.second);
    expect(outcome.results.length).toBeGreaterThan(3);
    for (const { name, fills, environmentHash, backtestHash } of outcome.results) {
      expect(environmentHash, `hash of ${name}`).toBe(backtestHash);
      expect(fills, `fills of ${name}`).toBeGreaterThan(0);
    }
    expect(stderr).toContain("Synthetic market");
  });
});

describe("tidemark bench", () => {
  it("prints one JSON object a line", async () => {
    using folder = temporaryFolder();
    const args = ["bench", "journal", "--json"];
    const { code, stdout, stderr } = await commandLine(args, { cwd: folder.path });
    expect(code, `no complaint: ${stderr}`).toBe(0);
    const figures = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string; value: number; unit: string; detail: object });
    expect(figures.length, "with full synchronisation and without").toBe(2);
    for (const { unit, value, detail } of figures) {
      expect(unit).toBe("records/s");
      expect(value).toBeGreaterThan(0);
      expect(Object.keys(detail)).toContain("machine");
    }
  });

  it("names what was probably meant", async () => {
    const { code, stderr } = await commandLine(["bench", "featuers"]);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean "features"?');
  });
});
