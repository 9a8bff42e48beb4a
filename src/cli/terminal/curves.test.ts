import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { type Progress, SimulatedClock } from "../../core/index.ts";
import { Curve, curveLine, sparkline } from "./curves.ts";
import { ProgressView } from "./progress-view.ts";

function curveOf(values: readonly number[]): Curve {
  const curve = new Curve();
  for (const value of values) curve.add(value);
  return curve;
}

const ESCAPE = "\u001B";
const TOKENS = new RegExp(`${ESCAPE}\\[\\d*[A-Z]|\\r|\\n|[^${ESCAPE}\\r\\n]+`, "g");

/** What a terminal shows after these writes: it knows the few sequences that are used, and refuses others. */
function screen(writes: readonly string[]): string[] {
  const lines = [""];
  let row = 0;
  let column = 0;
  for (const token of writes.join("").match(TOKENS) ?? []) {
    if (token === "\r") column = 0;
    else if (token === "\n") {
      row++;
      column = 0;
      lines[row] ??= "";
    } else if (token === "\u001B[2K") lines[row] = "";
    else if (token === "\u001B[J") lines.splice(row, lines.length, lines[row].slice(0, column));
    else if (token.startsWith(ESCAPE) && token.endsWith("A")) row -= Number(token.slice(2, -1));
    else if (token.startsWith(ESCAPE)) throw new Error(`an unknown sequence ${JSON.stringify(token)}`);
    else {
      lines[row] = lines[row].slice(0, column).padEnd(column) + token + lines[row].slice(column + token.length);
      column += token.length;
    }
  }
  return lines;
}

describe("a curve", () => {
  it("shows every value while there are few, and the whole course in a given width when there are many", () => {
    expect(curveOf([1, 2, 3]).sampled(10)).toEqual([1, 2, 3]);
    const sampled = curveOf(Array.from({ length: 100_000 }, (_, i) => i)).sampled(20);
    expect(sampled).toHaveLength(20);
    expect(
      [...sampled].sort((a, b) => a - b),
      "it rises all the way",
    ).toEqual(sampled);
    expect(sampled[0]).toBeLessThan(10_000);
    expect(sampled[19]).toBeGreaterThan(90_000);
  });

  it("is the mean of its values wherever they are joined", () => {
    assert(
      property(integer({ min: 1, max: 5_000 }), integer({ min: 1, max: 80 }), (length, cells) => {
        const sampled = curveOf(Array.from({ length }, () => 3)).sampled(cells);
        expect(sampled.length).toBeLessThanOrEqual(cells);
        for (const value of sampled) expect(value).toBeCloseTo(3, 9);
      }),
      { numRuns: 50 },
    );
  });

  it("passes over what is not finite", () => {
    const curve = curveOf([1, Number.NaN, Number.POSITIVE_INFINITY, 2]);
    expect(curve.sampled(10)).toEqual([1, 2]);
  });

  it("is drawn between its lowest and highest value", () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe("▁▂▃▄▅▆▇█");
    expect(sparkline([5, 5])).toBe("▅▅");
    expect(sparkline([])).toBe("");
  });

  it("fits the width, with its newest figure and its range, or is left out", () => {
    const line = curveLine("value loss", curveOf([4, 1, 2]), "2.0000", 80) ?? "";
    expect(line).toMatch(/^value loss +█▁▃ +2\.0000 {2}1 to 4$/);
    expect(line.length).toBeLessThanOrEqual(80);
    expect(curveLine("value loss", curveOf([1]), "1", 40)).toBeUndefined();
  });
});

function step(done: number, loss: number): Progress {
  return {
    label: "training",
    done,
    total: 100,
    unit: "steps",
    figures: { loss: loss.toFixed(2), seen: "yes" },
    curves: { loss, entropy: 1 },
  };
}

function show(options: { curves: boolean; isTTY?: boolean; rows?: number }): {
  written: string[];
  view: ProgressView;
} {
  const clock = new SimulatedClock(0);
  const written: string[] = [];
  const { isTTY = true, rows = 24 } = options;
  const stream = { isTTY, columns: 100, rows, write: (text: string) => void written.push(text) };
  const view = new ProgressView(stream, clock, options);
  for (let i = 1; i <= 30; i++) {
    clock.advance(500);
    view.show(step(i, 30 - i));
  }
  return { written, view };
}

describe("curves under the progress", () => {
  it("are redrawn in place: however often, one line and one for each curve", () => {
    const { written, view } = show({ curves: true });
    const shown = screen(written);
    expect(shown).toHaveLength(3);
    expect(shown[0]).toMatch(/^training {2}\[#+-+\].*seen yes/);
    expect(shown[0], "a figure that is drawn is not told twice").not.toContain("loss");
    expect(shown[1]).toMatch(/^loss +█.*▁ +0\.00 {2}0 to 29$/);
    expect(shown[2]).toMatch(/^entropy +▅+ +1\.000/);
    view.clear();
    expect(screen(written)).toEqual([""]);
    view.show(step(31, 1));
    view.end();
    written.push("after\n");
    expect(screen(written).slice(3), "what follows stands below").toEqual(["after", ""]);
  });

  it("go on through the parts of a work, and end with it", () => {
    const { written, view } = show({ curves: true });
    view.show({ ...step(1, 40), label: "phase 2" });
    view.end();
    expect(screen(written).find((line) => line.includes("40.00"))).toContain("0 to 40");
    view.show({ label: "backtest", done: 1, total: 2, unit: "bars" });
    view.end();
    expect(screen(written).slice(-2), "another work has no curves").toEqual([expect.stringMatching(/^backtest/), ""]);
  });

  it("are not drawn where they are not wanted, on a pipe, or on a small screen", () => {
    for (const options of [{ curves: false }, { curves: true, isTTY: false }, { curves: true, rows: 5 }]) {
      const { written } = show(options);
      expect(written.join(""), JSON.stringify(options)).not.toMatch(/[▁▂▃▄▅▆▇█]/);
      expect(written.join("")).toMatch(/loss \d/);
    }
  });
});
