import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowedKey, cutText } from "./limits.ts";
import { Outbox } from "./outbox.ts";

describe("names and values for MLflow", () => {
  it.each([
    ["loss/policy", "loss/policy"],
    ["/a//b/", "a/b"],
    ["../x/./y", "__/x/_/y"],
    ["KL δ:head%", "KL __head_"],
    ["", "_"],
    ["...", "___"],
    [`${"x".repeat(249)}/y`, "x".repeat(249)],
  ])("turn the name %j into %j", (name, allowed) => {
    expect(allowedKey(name)).toBe(allowed);
  });

  it("always give a name that names itself as a path", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", ".", "/", " ", "%", "δ", "\n"), maxLength: 300 }), (name) => {
        const key = allowedKey(name);
        expect(key).toMatch(/^[\w.\- /]{1,250}$/);
        expect(key.split("/").every((part) => part !== "" && !/^\.+$/.test(part))).toBe(true);
      }),
    );
  });

  it("cut texts to bytes and never through a letter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 8, max: 60 }), (text, bytes) => {
        const cut = cutText(text, bytes);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
        const kept = cut === text ? text : cut.slice(0, -3);
        expect(text.startsWith(kept), `${text} begins with ${kept}`).toBe(true);
      }),
    );
  });
});

describe("the outbox", () => {
  it("keeps the newest, in order, and counts what it gave up", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.integer({ min: -6, max: 9 }), { maxLength: 60 }),
        (capacity, moves) => {
          const outbox = new Outbox(capacity);
          let expected: number[] = [];
          let step = 0;
          let dropped = 0;
          for (const move of moves) {
            const wanted = Math.max(0, -move);
            expect(outbox.take(wanted).map((metric) => metric.step)).toEqual(expected.splice(0, wanted));
            for (let i = 0; i < move; i++) {
              outbox.add({ key: "x", value: 0, timestamp: 0, step });
              expected.push(step++);
            }
            dropped += Math.max(0, expected.length - capacity);
            expected = expected.slice(-capacity);
            expect([outbox.count, outbox.dropped]).toEqual([expected.length, dropped]);
          }
        },
      ),
    );
  });
});
