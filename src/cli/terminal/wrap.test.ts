import { array, assert, integer, nat, property, stringMatching } from "fast-check";
import { describe, expect, it } from "vitest";
import { table } from "./table.ts";
import { shownWidth, wrap } from "./wrap.ts";

describe("a wrapped text", () => {
  it("keeps short lines, breaks long ones at spaces, and puts the rest under what a label says", () => {
    expect(wrap("short", 10)).toBe("short");
    expect(wrap("one two three four", 9)).toBe("one two\nthree\nfour");
    expect(wrap("  indented text goes on", 14)).toBe("  indented\n  text goes on");
    expect(wrap("fix:   take another value", 20)).toBe("fix:   take another\n       value");
    expect(wrap("sees         rsi14, return1, return3, return5", 36)).toBe(
      "sees         rsi14, return1,\n             return3, return5",
    );
    expect(wrap("a long label that fills most  of it", 20)).toBe("a long label that\nfills most  of it");
  });

  it("counts no escape sequences, and leaves a word that is wider than the screen whole", () => {
    expect(wrap("\u001B[31mred\u001B[39m text", 8)).toBe("\u001B[31mred\u001B[39m text");
    expect(wrap("path: /a/very/long/path/to/a/file", 20)).toBe("path: /a/very/long/path/to/a/file");
    expect(wrap("it made +15.42 % and", 14)).toBe("it made\n+15.42 % and");
    expect(wrap("any", Number.POSITIVE_INFINITY)).toBe("any");
  });

  it("keeps every word in its order and no line wider than the screen but for a single word", () => {
    const words = array(stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 });
    assert(
      property(words, integer({ min: 20, max: 80 }), nat(6), (list, columns, indent) => {
        const text = wrap(" ".repeat(indent) + list.join(" "), columns);
        expect(text.split(/\s+/).filter((word) => word !== "")).toEqual(list);
        for (const line of text.split("\n")) expect(shownWidth(line)).toBeLessThanOrEqual(columns);
      }),
      { seed: 7 },
    );
  });
});

describe("a table", () => {
  const columns = [
    { title: "name" },
    { title: "count", align: "right", drop: 1 },
    { title: "note", drop: 2 },
    { title: "meaning", breaks: true },
  ] as const;
  const rows = [
    ["alpha", "1", "first", "what the first one means to those who read it"],
    ["be", "100", "", "second"],
  ];

  it("is as wide as its texts where there is room", () => {
    expect(table(columns, rows).split("\n")).toEqual([
      "name   count  note   meaning",
      "alpha      1  first  what the first one means to those who read it",
      "be       100         second",
    ]);
  });

  it("breaks long texts, then leaves columns out in their order, and keeps those without one", () => {
    expect(table(columns, rows, 62).split("\n")).toEqual([
      "name   count  note   meaning",
      "alpha      1  first  what the first one means to those who",
      "                     read it",
      "be       100         second",
    ]);
    expect(table(columns, rows, 56).split("\n")[0]).toBe("name   count  meaning");
    expect(table(columns, rows, 50).split("\n")[0]).toBe("name   meaning");
    expect(table(columns, rows, 5).split("\n")[0]).toBe("name   meaning");
  });
});
