/**
 * @file The checks, checked: every fault that they stand for is planted on the data at hand, one at a time, and has to be
 * found and named; without one they have to be silent. A check that has never failed shows nothing.
 */
import { Direction, HOUR_MS } from "../../core/index.ts";
import { computeFeatures, fitNormalizer } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { type DecisionContext, type Policy, SmaCross } from "../../policy/index.ts";
import { analyzeBias } from "../bias/analyze.ts";
import { biasFindings } from "../bias/verdict.ts";
import { hourOf } from "../groups.ts";
import { type Fault, type LeakCheck } from "./fault.ts";
import type { ComputeRows } from "./features.ts";
import { checkLabels } from "./labels.ts";
import { checkNormalizer } from "./normalizer.ts";
import { type LeakOptions, selectionIn, verifyLeaks, verifyWarmup } from "./verify.ts";

export type Planted = {
  /** What was planted; "nothing" for the clean run. */
  readonly fault: string;
  /** It was found and named right; of the clean run: nothing was found. */
  readonly passed: boolean;
  /** What the check said, one sentence. */
  readonly said: string;
  /** Where a feature is at fault. */
  readonly feature?: string;
  readonly bar?: number;
  readonly size?: number;
};

const SILENT = "Nothing was found.";

/** The outcome of checks on which one fault was planted. @param named what it has to be found in */
function outcomeOf(fault: string, checks: readonly LeakCheck[], named: string): Planted {
  const found = checks.flatMap(({ faults }) => faults);
  const first = found.find(({ name }) => name === named) ?? found.at(0);
  if (first === undefined) {
    const reason = checks.find(({ outcome }) => outcome === "skipped")?.detail;
    return { fault, passed: false, said: reason === undefined ? SILENT : `It was not checked: ${reason}.` };
  }
  const passed = found.every(({ name }) => name === named) && first.size > 0;
  return { fault, passed, said: first.text, ...placeOf(first) };
}

function placeOf({ name, bar, size }: Fault): Pick<Planted, "feature" | "bar" | "size"> {
  return { feature: name, bar, size };
}

function cleanOf(checks: readonly LeakCheck[]): Planted {
  const found = checks.flatMap(({ faults }) => faults);
  const skipped = checks.find(({ outcome }) => outcome === "skipped");
  const passed = found.length === 0 && skipped === undefined;
  const said = found.at(0)?.text ?? (skipped === undefined ? SILENT : `It was not checked: ${skipped.detail}.`);
  return { fault: "nothing", passed, said };
}

/** The features with one column rewritten by what `value` says of a row of the market. */
function rewritten(
  honest: ComputeRows,
  column: number,
  value: (market: MarketTape, bar: number, symbol: number, from: number) => number,
): ComputeRows {
  return (market, from, to) => {
    const made = honest(market, from, to);
    for (let bar = from; bar < to; bar++) {
      for (let s = 0; s < made.symbols; s++) {
        made.values[((bar - from) * made.symbols + s) * made.features + column] = value(market, bar, s, from);
      }
    }
    return made;
  };
}

const nextReturn = (market: MarketTape, bar: number, s: number): number => {
  const next = Math.min(bar + 1, market.bars - 1);
  return market.close[next * market.symbols + s] / market.close[bar * market.symbols + s] - 1;
};

/** Close of the longer bar of four that is still under way. */
const unfinished = (market: MarketTape, bar: number, s: number): number => {
  const longer = 4 * market.barMs;
  const frame = Math.floor(market.timeMs[bar] / longer);
  let last = bar;
  while (last + 1 < market.bars && Math.floor(market.timeMs[last + 1] / longer) === frame) last++;
  return market.close[last * market.symbols + s] / market.close[bar * market.symbols + s] - 1;
};

/** Follows a price very slowly: no stated warm-up of the usual features is enough for it. */
function slowAverage(honest: ComputeRows, column: number): ComputeRows {
  return (market, from, to) => {
    const made = honest(market, from, to);
    for (let s = 0; s < made.symbols; s++) {
      let level = market.close[from * market.symbols + s];
      for (let bar = from; bar < to; bar++) {
        level += (market.close[bar * market.symbols + s] - level) / 2_000;
        made.values[((bar - from) * made.symbols + s) * made.features + column] = level;
      }
    }
    return made;
  };
}

const prophet = (): Policy => ({
  name: "prophet",
  reset: () => {},
  decide: ({ tape, bar }: DecisionContext, intents) => {
    for (let s = 0; s < tape.symbols; s++) {
      intents.direction[s] = nextReturn(tape, bar, s) > 0 ? Direction.long : Direction.short;
      intents.size[s] = 1;
    }
  },
});

type Prepared = { readonly honest: ComputeRows; readonly names: readonly string[]; readonly options: LeakOptions };

function prepared(given: LeakOptions): Prepared {
  const { model: _model, policy: _policy, compute: _compute, ...rest } = given;
  const selection = selectionIn(given);
  const honest: ComputeRows = (market, from, to) => computeFeatures(market, selection, { from, to });
  const { names } = honest(given.tape, 0, Math.min(given.tape.bars, 8));
  return { honest, names, options: { ...rest, selection } };
}

/** Every fault of the leak check: features, longer frames, normalizer, labels, decisions. */
export async function plantLeaks(given: LeakOptions): Promise<Planted[]> {
  const { honest, names, options } = prepared(given);
  const { tape } = options;
  const features = async (compute: ComputeRows): Promise<readonly LeakCheck[]> =>
    (await verifyLeaks({ ...options, compute })).checks;
  const { selection: _selection, ...alone } = options;
  const rule = async (policy: () => Policy): Promise<readonly LeakCheck[]> =>
    (await verifyLeaks({ ...alone, policy })).checks;
  const last = names.length - 1;
  const clean = [...(await features(honest)), ...(await rule(() => new SmaCross({ fast: 5, slow: 20 })))];
  return [
    cleanOf(clean),
    outcomeOf("a feature that peeks one bar ahead", await features(rewritten(honest, 0, nextReturn)), names[0]),
    outcomeOf(
      "a value of a longer bar before it is finished",
      await features(rewritten(honest, last, unfinished)),
      names[last],
    ),
    plantedNormalizer(honest, options),
    plantedLabels(tape),
    outcomeOf("a policy that knows the next close", await rule(prophet), "decision"),
  ];
}

/** Fitted on all bars, and says that it was not. */
function plantedNormalizer(honest: ComputeRows, { tape }: LeakOptions): Planted {
  const fault = "a normalizer that was fitted on all data";
  const raw = honest(tape, 0, tape.bars);
  const to = Math.floor(tape.bars * 0.7);
  const fitted = fitNormalizer(raw, tape, raw.warmup, to);
  const all = fitNormalizer(raw, tape, raw.warmup, tape.bars);
  const { fittedFromMs, fittedToMs } = fitted;
  const trainToMs = tape.timeMs[to - 1];
  const silent = checkNormalizer({ normalizer: fitted, trainToMs, tape, raw });
  const check = checkNormalizer({ normalizer: { ...all, fittedFromMs, fittedToMs }, trainToMs, tape, raw });
  const found = check.faults.at(0);
  if (found === undefined) return { fault, passed: false, said: SILENT };
  return { fault, passed: silent.outcome === "passed", said: found.text, ...placeOf(found) };
}

/** Rows that train up to the tested part, with labels that look twelve bars ahead. */
function plantedLabels(tape: MarketTape): Planted {
  const to = Math.floor(tape.bars * 0.7);
  const check = checkLabels({
    barMs: tape.barMs,
    labelBars: 12,
    embargoBars: 0,
    testFromMs: tape.timeMs[to],
    testToMs: Number.POSITIVE_INFINITY,
    trainMs: tape.timeMs.subarray(0, to),
  });
  return outcomeOf("labels without an embargo", [check], "label");
}

/** The fault of the warm-up check. */
export async function plantWarmups(given: LeakOptions): Promise<Planted[]> {
  const { honest, names, options } = prepared(given);
  const clean = await verifyWarmup(options);
  const short = await verifyWarmup({ ...options, compute: slowAverage(honest, 0) });
  return [cleanOf(clean.checks), outcomeOf("a warm-up that is too short", short.checks, names[0])];
}

function wanting(name: string, side: (context: DecisionContext, symbol: number) => Direction): Policy {
  return {
    name,
    reset: () => {},
    decide: (context, intents) => {
      for (let s = 0; s < context.tape.symbols; s++) {
        intents.direction[s] = side(context, s);
        intents.size[s] = 0.5;
      }
    },
  };
}

const LOOK_BACK = 24;

const momentum = ({ tape, bar }: DecisionContext, s: number): Direction => {
  const at = (row: number): number => tape.close[Math.max(0, row) * tape.symbols + s];
  return at(bar) > at(bar - LOOK_BACK) ? Direction.long : Direction.short;
};

const byHour = ({ tape, bar }: DecisionContext): Direction => {
  const hour = hourOf(tape.timeMs[bar]);
  return hour < 8 ? Direction.long : hour < 16 ? Direction.short : Direction.flat;
};

/** The habits that the bias analysis stands for. */
export async function plantBiases(given: LeakOptions): Promise<Planted[]> {
  const { tape, decision, balance, seed, signal, onProgress } = given;
  const codes = async (policy: Policy): Promise<ReadonlyArray<{ code: string; text: string }>> => {
    const shared = { tape, decision, balance, seed, from: LOOK_BACK, to: tape.bars, policyOn: () => policy };
    const result = await analyzeBias({
      ...shared,
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    return biasFindings(result);
  };
  const clean = await codes(wanting("momentum", momentum));
  const planted: Planted[] = [{ fault: "nothing", passed: clean.length === 0, said: clean.at(0)?.text ?? SILENT }];
  const habits: ReadonlyArray<readonly [string, string, Policy]> = [
    ["a policy that is always long", "constant", wanting("always long", () => Direction.long)],
    ...(tape.barMs <= HOUR_MS
      ? ([["a policy that knows only the hour", "clock", wanting("clock", byHour)]] as const)
      : []),
  ];
  for (const [fault, code, policy] of habits) {
    const found = await codes(policy);
    const own = found.find((finding) => finding.code === code);
    planted.push({ fault, passed: own !== undefined, said: own?.text ?? found.at(0)?.text ?? SILENT });
  }
  return planted;
}
