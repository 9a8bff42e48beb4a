/** @file One line from whoever sits at the terminal, or from a pipe. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { Interrupted } from "../interrupt.ts";

type Asked = {
  readonly signal: AbortSignal;
  /** What is typed is not shown; the question has to be told beforehand. */
  readonly isHidden?: boolean;
  readonly input?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output?: NodeJS.WritableStream;
};

/**
 * Resolves with what was typed, or with nothing ("") where a pipe ends without a line. Rejects with Interrupted where Ctrl-C or
 * Ctrl-D was pressed: a terminal that is read by the line keeps both to itself.
 */
export async function askLine(question: string, asked: Asked): Promise<string> {
  const { signal, isHidden = false, input = process.stdin, output = process.stderr } = asked;
  signal.throwIfAborted();
  const isTyped = input.isTTY === true;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: isHidden ? nowhere : output, terminal: isTyped });
  const end = (): void => reader.close();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = (): void => reject(new Interrupted("Stopped by the user"));
      reader.once("line", resolve);
      reader.once("SIGINT", stop);
      reader.once("close", () => (isTyped || signal.aborted ? stop() : resolve("")));
      if (isHidden || !isTyped) return;
      reader.setPrompt(question);
      reader.prompt();
    });
  } finally {
    signal.removeEventListener("abort", end);
    reader.close();
    // The shell's next line begins below what was not shown.
    if (isHidden && isTyped) output.write("\n");
  }
}
