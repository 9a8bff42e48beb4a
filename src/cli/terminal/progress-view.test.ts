import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import { progressText } from "./progress-text.ts";
import { ProgressView } from "./progress-view.ts";

function recorder(isTTY: boolean): { isTTY: boolean; columns: number; written: string[]; write(text: string): void } {
  const written: string[] = [];
  return { isTTY, columns: 80, written, write: (text) => void written.push(text) };
}

const STEP = { label: "training", total: 1000, unit: "steps" };

describe("progress as text", () => {
  it("tells share, count, rate, figures and the time left", () => {
    const text = progressText({ ...STEP, done: 250, figures: { return: "+1.2 %" } }, 50, false);
    expect(text).toBe("training  25 %  250/1,000 steps  50/s  15 s left  return +1.2 %");
  });

  it("tells only what is known where there is no end", () => {
    expect(progressText({ label: "fetching", done: 7, unit: "bars" }, 0, true)).toBe("fetching  7 bars");
  });

  it("is never more than whole", () => {
    expect(progressText({ ...STEP, done: 1200 }, 10, false)).toContain("100 %");
  });
});

describe("progress on a pipe", () => {
  it("writes whole lines, at most one in five seconds", () => {
    const clock = new SimulatedClock(0);
    const stream = recorder(false);
    const view = new ProgressView(stream, clock);
    for (let done = 0; done <= 1000; done += 10) {
      view.show({ ...STEP, done });
      clock.advance(200);
    }
    view.end();
    expect(stream.written).toHaveLength(4);
    for (const line of stream.written) expect(line).toMatch(/^training .*\n$/);
    expect(stream.written[0]).toContain("50/s");
    expect(stream.written.at(-1), "the end is told").toContain("100 %");
  });

  it("stays silent for work shorter than that", () => {
    const stream = recorder(false);
    const view = new ProgressView(stream, new SimulatedClock(0));
    view.show({ ...STEP, done: 0 });
    view.show({ ...STEP, done: 1000 });
    view.end();
    expect(stream.written).toEqual([]);
  });
});

describe("progress on a terminal", () => {
  it("rewrites one line that fits the width", () => {
    const clock = new SimulatedClock(0);
    const stream = recorder(true);
    const view = new ProgressView(stream, clock);
    for (let done = 0; done <= 1000; done += 100) {
      view.show({ ...STEP, label: "a label that is too long ".repeat(5), done });
      clock.advance(150);
    }
    view.end();
    expect(stream.written.at(-1)).toBe("\n");
    for (const text of stream.written.slice(0, -1)) {
      expect(text.startsWith("\r\u001B[2K")).toBe(true);
      expect(text.length - 5).toBeLessThan(80);
    }
  });

  it("makes room for other text", () => {
    const stream = recorder(true);
    const view = new ProgressView(stream, new SimulatedClock(0));
    view.show({ ...STEP, done: 1 });
    view.clear();
    view.clear();
    expect(stream.written.filter((text) => text === "\r\u001B[2K")).toHaveLength(1);
  });
});
