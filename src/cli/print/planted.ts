/** @file What became of planted faults, on the terminal and as data. */
import { ExitCode, TidemarkError } from "../../core/index.ts";
import type { Planted } from "../../evaluate/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { reportFailure } from "../failure.ts";
import type { CommandContext } from "../verb.ts";

/** Prints each fault with what was said of it. Ends with 5 where one was missed, or something was found where nothing is. */
export function printPlanted({ output }: CommandContext, tape: MarketTape, planted: readonly Planted[]): number {
  const { palette } = output;
  output.endProgress();
  const symbols = tape.instruments.map(({ symbol }) => symbol);
  output.text(`planted on ${tape.bars} ${tape.timeframe} bars of ${symbols.join(" ")}\n`);
  for (const { fault, passed, said } of planted) {
    const right = fault === "nothing" ? "silent " : "caught ";
    const wrong = fault === "nothing" ? "ALARM  " : "MISSED ";
    output.text(`${passed ? palette.green(right) : palette.red(wrong)}  ${fault}\n         ${palette.dim(said)}`);
  }
  const missed = planted.filter(({ passed }) => !passed);
  output.data({ passed: missed.length === 0, planted, symbols, bars: tape.bars, dataFingerprint: tape.fingerprint });
  if (missed.length === 0) return ExitCode.done;
  const failure = new TidemarkError("CHECK_FAILED", {
    what: "A planted fault was not found, or something was found without one",
    where: missed.map(({ fault }) => fault).join(", "),
    fix: "Give more bars where the check says that they are too few; else the check itself is at fault.",
  });
  return reportFailure(failure, output, { jsonToo: false });
}
