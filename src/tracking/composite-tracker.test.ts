import { describe, expect, it } from "vitest";
import { CompositeTracker } from "./composite-tracker.ts";
import { flattenConfig } from "./flat-config.ts";
import { RunStatus, type Tracker } from "./tracker.ts";

class Listener implements Tracker {
  readonly heard: unknown[] = [];
  readonly #failure: string | undefined;

  constructor(failure?: string) {
    this.#failure = failure;
  }

  config(...told: unknown[]): void {
    this.heard.push(["config", ...told]);
  }

  continued(...told: unknown[]): void {
    this.heard.push(["continued", ...told]);
  }

  scalar(...told: unknown[]): void {
    this.heard.push(["scalar", ...told]);
  }

  scalars(...told: unknown[]): void {
    this.heard.push(["scalars", ...told]);
  }

  histogram(...told: unknown[]): void {
    this.heard.push(["histogram", ...told]);
  }

  text(...told: unknown[]): void {
    this.heard.push(["text", ...told]);
  }

  async finish(status: RunStatus): Promise<void> {
    this.heard.push(["finish", status]);
    if (this.#failure !== undefined) throw new Error(this.#failure);
  }
}

describe("several trackers behind one", () => {
  it("all hear everything", async () => {
    const listeners = [new Listener(), new Listener()];
    const tracker = new CompositeTracker(listeners);
    tracker.config({ a: 1 }, { b: "c" });
    tracker.continued(1);
    tracker.scalar("x", 1, 2);
    tracker.scalars({ y: 3 }, 4);
    tracker.histogram("h", [1], 5);
    tracker.text("t", "u");
    await tracker.finish(RunStatus.finished);
    const all = [
      ["config", { a: 1 }, { b: "c" }],
      ["continued", 1],
      ["scalar", "x", 1, 2],
      ["scalars", { y: 3 }, 4],
      ["histogram", "h", [1], 5],
      ["text", "t", "u"],
      ["finish", "finished"],
    ];
    expect(listeners.map(({ heard }) => heard)).toEqual([all, all]);
  });

  it("are all finished, also where one of them fails", async () => {
    const last = new Listener();
    const tracker = new CompositeTracker([new Listener("disk full"), last]);
    await expect(tracker.finish(RunStatus.failed)).rejects.toThrow("disk full");
    expect(last.heard).toEqual([["finish", "failed"]]);
  });
});

describe("flat settings", () => {
  it("have dotted names, lists as text, and nothing for what is not set", () => {
    const flat = flattenConfig({ a: { b: { c: 1 } }, d: ["x", 2, true], e: null, f: undefined, g: false });
    expect([...flat]).toEqual([
      ["a.b.c", 1],
      ["d", "x, 2, true"],
      ["g", false],
    ]);
  });
});
