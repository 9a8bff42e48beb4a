import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { Interrupted } from "../interrupt.ts";
import { askLine } from "./ask.ts";

/** A terminal or a pipe, what is shown on it, and one question to it. */
function asked(isTTY: boolean, isHidden = false) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  const ended = new AbortController();
  const answer = askLine("The words: ", { signal: ended.signal, input, output, isHidden });
  const shown = (): string => String(output.read() ?? "");
  return { input, ended, answer, shown };
}

describe("a line that is asked for", () => {
  it("comes from a terminal, as it was corrected, with the question shown", async () => {
    const { input, answer, shown } = asked(true);
    input.write("tidemakr\x7f\x7frk\r");
    expect(await answer).toBe("tidemark");
    expect(shown()).toContain("The words: ");
  });

  it("is not shown where it is hidden", async () => {
    const { input, answer, shown } = asked(true, true);
    input.write("correct horse\r");
    expect(await answer).toBe("correct horse");
    expect(shown().trim()).toBe("");
  });

  it("comes from a pipe with or without its end of line; an empty one is nothing", async () => {
    for (const [text, wanted] of [
      ["words\nmore\n", "words"],
      ["words", "words"],
      ["", ""],
    ] as const) {
      const { input, answer, shown } = asked(false);
      input.end(text);
      expect(await answer).toBe(wanted);
      expect(shown(), "nobody reads a question there").toBe("");
    }
  });

  it.each([
    ["Ctrl-C", "abc\x03"],
    ["Ctrl-D", "\x04"],
  ])("is given up by %s", async (_name, keys) => {
    const { input, answer } = asked(true, true);
    input.write(keys);
    await expect(answer).rejects.toBeInstanceOf(Interrupted);
  });

  it("is given up when the work is", async () => {
    const { ended, answer } = asked(true);
    ended.abort();
    await expect(answer).rejects.toBeInstanceOf(Interrupted);
  });
});
