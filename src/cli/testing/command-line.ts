/** @file A command line within the process that asks for it: what the program does, without a second start of Node. */
import { Writable } from "node:stream";
import { main } from "../main.ts";

/** What a stream was told, kept. */
class Kept extends Writable {
  text = "";

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs it as standing in `folder`. What is about a process (signals, children, locks) needs a real one. */
export async function runCommandLine(
  args: readonly string[],
  { folder, environment }: { readonly folder: string; readonly environment: NodeJS.ProcessEnv },
): Promise<Ended> {
  const stdout = new Kept();
  const stderr = new Kept();
  const code = await main(args, {
    stdout: stdout as unknown as typeof process.stdout,
    stderr: stderr as unknown as typeof process.stderr,
    environment,
    folder,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
