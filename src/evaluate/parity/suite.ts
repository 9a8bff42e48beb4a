/**
 * @file The parity check as a whole: scripts that between them walk every path of the kernel, first on a tape of their own
 * and then on the tape that is asked about, and a trained model on its own bars. A path that was not walked is said and
 * fails nothing: only an inequality does.
 */
import type { ProgressListener } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { asSpot } from "../spot.ts";
import { checkModel, checkScript, type ParityModel, type ParityResult, type ParityRun } from "./check.ts";
import { PATHS, SCRIPTS } from "./scripts.ts";
import { ownTapes, roughenTape } from "./tapes.ts";

export type ParitySuiteOptions = {
  readonly tape: MarketTape;
  readonly seed: number;
  /** A trained model, with the bars to play and the settings that it trades under. */
  readonly model?: ParityModel & Omit<ParityRun, "seed">;
  readonly onProgress?: ProgressListener;
};

export type ParitySuiteResult = {
  /** Everything that was compared is equal. */
  readonly passed: boolean;
  /** Scripts on the tape of their own. */
  readonly proof: readonly ParityResult[];
  /** Scripts, and the model, on the tape that was asked about. */
  readonly results: readonly ParityResult[];
  /** Paths of the kernel that no script has walked on the tape of its own: nothing is proven of them. */
  readonly unproven: readonly string[];
  /** Paths that were not walked on the tape that was asked about, because its symbols or its length don't lead there. */
  readonly notWalked: readonly string[];
};

/** Bars before the first decision of a script. */
const SCRIPT_START = 64;
/** Enough bars of any tape for scripts to say something about it. */
const SCRIPT_BARS = 20_000;

/** Runs every script on both tapes, and the model on its bars of the tape as it is. */
export async function verifyParity(options: ParitySuiteOptions): Promise<ParitySuiteResult> {
  const { tape, seed, model, onProgress } = options;
  const own = ownTapes();
  const total = SCRIPTS.length * 2 + 1 + (model === undefined ? 0 : 1);
  let done = 0;
  const report = (label: string): void => onProgress?.({ label, done: done++, total, unit: "runs" });
  const proof: ParityResult[] = [];
  const walked = new Set<string>();
  for (const [i, script] of SCRIPTS.entries()) {
    report(script.name);
    proof.push(await onTape(own[0].tape, i, seed));
  }
  report("resampled bars");
  const resampled = await onTape(own[1].tape, 0, seed);
  proof.push({ ...resampled, name: "resampled bars", paths: { ...resampled.paths, "tape.resampled": 1 } });
  for (const { paths } of proof) for (const path of Object.keys(paths)) walked.add(path);
  const results: ParityResult[] = [];
  const rough = roughenTape(tape, seed);
  if (tape.bars >= SCRIPT_START + 3) {
    for (const [i, script] of SCRIPTS.entries()) {
      report(script.name);
      results.push(await onTape(rough, i, seed));
    }
  }
  if (model !== undefined) {
    report(model.model.manifest.name);
    results.push(await checkModel(model, { ...model, seed }));
  }
  const here = new Set(results.flatMap(({ paths }) => Object.keys(paths)));
  return {
    passed: [...proof, ...results].every(({ equal }) => equal),
    proof,
    results,
    unproven: PATHS.filter((path) => !walked.has(path)),
    notWalked: PATHS.filter((path) => walked.has(path) && !here.has(path) && path !== "tape.resampled"),
  };
}

function onTape(tape: MarketTape, index: number, seed: number): Promise<ParityResult> {
  const script = SCRIPTS[index];
  const market = script.spot === undefined ? tape : asSpot(tape, script.spot);
  const to = Math.min(tape.bars, SCRIPT_START + SCRIPT_BARS);
  return checkScript(script, { tape: market, from: SCRIPT_START, to, seed: seed + index });
}
