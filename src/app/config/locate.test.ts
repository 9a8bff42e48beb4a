import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { keyLines } from "./locate.ts";

const TEXT = `seed = 7 # a comment with [brackets] and = signs

# [commented]
# out = 1
[data]
symbols = [
  "A=B", # not a key
  "C]D",
]
from = """
[not.a.section]
x = 1
"""
timeframe = 'a # b'

[training.reward]
"log_return" = 1
fees.extra = 2
inline = { a = 1, b = [1, 2] }
[last]
`;

describe("lines of keys", () => {
  it("reads a text that is valid TOML", () => {
    expect(() => parse(TEXT)).not.toThrow();
  });

  it.each([
    ["seed", 1],
    ["data", 5],
    ["data.symbols", 6],
    ["data.from", 10],
    ["data.timeframe", 14],
    ["training.reward", 16],
    ["training.reward.log_return", 17],
    ["training.reward.fees", 18],
    ["training.reward.fees.extra", 18],
    ["training.reward.inline", 19],
    ["last", 20],
  ])("finds %s on line %d", (key, line) => {
    expect(keyLines(TEXT).get(key)).toBe(line);
  });

  it("takes nothing out of strings, comments and lists for a key", () => {
    const keys = [...keyLines(TEXT).keys()];
    expect(keys.filter((key) => /out|not|x$|A/.test(key))).toEqual([]);
  });

  it("copes with Windows line ends and a last line without an end", () => {
    expect(keyLines('[a]\r\nb = 1\r\n\r\nc = "x"').get("a.c")).toBe(4);
  });
});
