/** @file Rivals in Python: one script, run as a process of its own, that tells a line of JSON for each figure. */
import { spawn } from "node:child_process";
import { TidemarkError } from "../../core/index.ts";

export type PythonScript = {
  readonly script: string;
  readonly args: readonly string[];
  /** What that Python must have. */
  readonly needs: string;
};

/** One thread, as ours. Rejects with USAGE_ARGUMENT where that program does not run the script to its end. */
export function runPython<T>(python: string, asked: PythonScript, signal: AbortSignal): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const environment = { ...process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
    const child = spawn(python, ["-c", asked.script, ...asked.args], { signal, env: environment });
    let out = "";
    let complaint = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    const refuse = (why: string): void =>
      reject(
        new TidemarkError("USAGE_ARGUMENT", {
          what: `${python} could not run the comparison: ${why}`,
          where: "--beside",
          fix: `Name a Python that has ${asked.needs}; or leave --beside out.`,
        }),
      );
    child.once("error", (error) => (signal.aborted ? reject(signal.reason as Error) : refuse(error.message)));
    child.once("close", (code) => {
      if (code !== 0) return refuse(complaint.trim().split("\n").at(-1) ?? `exit ${code}`);
      const lines = out.trim().split("\n");
      resolve(lines.map((line) => JSON.parse(line) as T));
    });
  });
}
