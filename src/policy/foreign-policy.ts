/**
 * @file A policy that was made elsewhere: an ONNX file and a small JSON that says what goes in and what comes out. Features
 * are streamed bar by bar, as for any policy, so that it is judged, stressed and checked for leaks like one of ours.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { type LoadedModel, loadModel } from "../compute/index.ts";
import { Direction, type IntentColumns, TidemarkError, toError } from "../core/index.ts";
import { FeaturePipeline } from "../features/index.ts";
import type { DecisionContext, Policy } from "./policy.ts";

const ACCOUNT = ["exposure", "barsHeld", "drawdown"] as const;

const specSchema = z.strictObject({
  name: z.string().min(1),
  /** Order of the symbols that it was trained on; any where absent. */
  symbols: z.array(z.string()).optional(),
  /** Names of the catalog, in the order of the columns. */
  features: z.array(z.string()).min(1),
  /** `(value - mean) / std` by feature, clipped; raw values where absent. */
  normalizer: z
    .strictObject({ mean: z.array(z.number()), std: z.array(z.number().gt(0)), clip: z.number().gt(0).default(10) })
    .optional(),
  /** Bars that it sees, oldest first. */
  window: z.int().min(1).default(1),
  /** Figures of the account after the features, the same for every bar of the window. */
  account: z.array(z.enum(ACCOUNT)).default([]),
  /** Names of the input `[S, window * F + A]` and of the output. */
  input: z.string().default("observation"),
  output: z.string().default("action"),
  /** "target": `[S]` or `[S, 1]`, signed share in [-1, 1]. "logits": `[S, 3]`, flat, long, short: the largest counts. */
  meaning: z.enum(["target", "logits"]),
});

export type ForeignSpec = z.infer<typeof specSchema>;

/** Throws MODEL_CORRUPT for a specification that can't be understood. */
export function parseForeignSpec(text: string, where: string): ForeignSpec {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw corrupt(where, toError(thrown).message);
  }
  const parsed = specSchema.safeParse(json);
  if (!parsed.success) throw corrupt(where, z.prettifyError(parsed.error).replaceAll("\n", " "));
  const { features, normalizer } = parsed.data;
  if (
    normalizer !== undefined &&
    (normalizer.mean.length !== features.length || normalizer.std.length !== features.length)
  ) {
    throw corrupt(where, `its normalizer has ${normalizer.mean.length} means for ${features.length} features`);
  }
  return parsed.data;
}

function corrupt(where: string, why: string): TidemarkError {
  return new TidemarkError("MODEL_CORRUPT", {
    what: `The specification of the policy can't be used: ${why}`,
    where,
    fix: "docs/onnx.md shows one.",
  });
}

function mismatch(what: string): TidemarkError {
  return new TidemarkError("MODEL_MISMATCH", {
    what,
    fix: "Export the model with the shapes that docs/onnx.md names.",
  });
}

/** Loads both files and checks that they fit. Rejects with MODEL_MISSING, MODEL_CORRUPT or MODEL_MISMATCH. */
export async function loadForeignPolicy(onnxPath: string, specPath: string): Promise<ForeignPolicy> {
  const spec = parseForeignSpec(readGiven(specPath).toString(), specPath);
  const session = await loadModel(readGiven(onnxPath), { threads: 1 }).catch((thrown: unknown) => {
    throw thrown instanceof TidemarkError ? thrown : corrupt(onnxPath, toError(thrown).message);
  });
  return new ForeignPolicy(spec, session);
}

function readGiven(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new TidemarkError("MODEL_MISSING", {
      what: `The file can't be read: ${toError(thrown).message}`,
      where: path,
      fix: "Give the path of a file that is there.",
    });
  }
}

export class ForeignPolicy implements Policy {
  readonly name: string;
  readonly #spec: ForeignSpec;
  readonly #session: LoadedModel;
  #pipeline: FeaturePipeline | undefined;
  /** `[window*S*F]` ring of normalized rows, and the row expected next. */
  #ring = new Float32Array(0);
  #row = new Float32Array(0);
  #input = new Float32Array(0);
  #next = 0;
  /** Rows of the history before the tape's row 0: the ring goes by numbers in the whole of it. */
  #slid = 0;

  constructor(spec: ForeignSpec, session: LoadedModel) {
    this.name = spec.name;
    this.#spec = spec;
    this.#session = session;
  }

  reset({ tape }: DecisionContext): void {
    const { features, window, account, symbols, input, output, meaning } = this.#spec;
    const S = tape.symbols;
    const names = tape.instruments.map(({ symbol }) => symbol);
    if (symbols !== undefined && symbols.join() !== names.join()) {
      throw mismatch(`${this.name} trades ${symbols.join(", ")} in this order, the tape has ${names.join(", ")}`);
    }
    const pipeline = new FeaturePipeline(features, tape);
    const width = window * pipeline.count + account.length;
    this.#check("input", this.#session.inputs, input, S * width);
    this.#check("output", this.#session.outputs, output, meaning === "logits" ? S * 3 : S);
    this.#pipeline = pipeline;
    this.#row = new Float32Array(S * pipeline.count);
    this.#ring = new Float32Array(window * S * pipeline.count);
    this.#input = new Float32Array(S * width);
    this.#next = 0;
    this.#slid = 0;
  }

  moved(bars: number): void {
    this.#next -= bars;
    this.#slid += bars;
    this.#pipeline?.moved(bars);
  }

  #check(kind: string, ports: LoadedModel["inputs"], name: string, size: number): void {
    const port = ports.find((own) => own.name === name);
    if (port === undefined) {
      throw mismatch(`The model has no ${kind} "${name}"; it has ${ports.map((own) => own.name).join(", ")}`);
    }
    const own = port.shape.reduce((product, length) => product * length, 1);
    if (own !== size)
      throw mismatch(`The ${kind} "${name}" has ${own} numbers ([${port.shape.join(", ")}]), needed are ${size}`);
  }

  #feed(context: DecisionContext): void {
    const pipeline = this.#pipeline;
    if (pipeline === undefined) return;
    const { normalizer, window } = this.#spec;
    for (; this.#next <= context.bar; this.#next++) {
      pipeline.update(context.tape, this.#next, this.#row, 0);
      if (normalizer !== undefined) {
        const { mean, std, clip } = normalizer;
        for (let i = 0; i < this.#row.length; i++) {
          const f = i % mean.length;
          this.#row[i] = Math.max(-clip, Math.min(clip, (this.#row[i] - mean[f]) / std[f]));
        }
      }
      this.#ring.set(this.#row, ((this.#next + this.#slid) % window) * this.#row.length);
    }
  }

  #observe({ desk, tape, bar }: DecisionContext): void {
    const { window, account } = this.#spec;
    const S = tape.symbols;
    const F = this.#row.length / S;
    const width = window * F + account.length;
    for (let s = 0; s < S; s++) {
      for (let w = 0; w < window; w++) {
        const from = ((this.#slid + bar - window + 1 + w) % window) * this.#row.length + s * F;
        this.#input.set(this.#ring.subarray(from, from + F), s * width + w * F);
      }
      const held = desk.position(s);
      const figures = {
        exposure: desk.equity > 0 ? (held * tape.instruments[s].multiplier * tape.close[bar * S + s]) / desk.equity : 0,
        barsHeld: held === 0 ? 0 : bar - desk.entryBar(s),
        drawdown: desk.drawdown,
      };
      account.forEach((name, i) => {
        this.#input[s * width + window * F + i] = figures[name];
      });
    }
  }

  async decide(context: DecisionContext, intents: IntentColumns): Promise<void> {
    this.#feed(context);
    const { window, input, output, meaning } = this.#spec;
    if (this.#slid + context.bar < (this.#pipeline?.warmup ?? 0) + window - 1) return;
    this.#observe(context);
    const out = (await this.#session.run({ [input]: this.#input }))[output];
    for (let s = 0; s < context.tape.symbols; s++) {
      const [side, size] = meaning === "target" ? targetOf(out[s]) : choiceOf(out, s * 3);
      intents.direction[s] = side;
      intents.size[s] = size;
    }
  }
}

function targetOf(value: number): readonly [Direction, number] {
  if (!Number.isFinite(value)) throw mismatch(`The model answered ${value}, which is no target`);
  const size = Math.min(1, Math.abs(value));
  return [value > 0 ? Direction.long : value < 0 ? Direction.short : Direction.flat, size];
}

function choiceOf(logits: Float32Array, offset: number): readonly [Direction, number] {
  const [flat, long, short] = logits.subarray(offset, offset + 3);
  // Minus infinity rules a choice out, as a mask does; where all are ruled out, or one is no number, nothing is chosen.
  const most = Math.max(flat, long, short);
  if (Number.isNaN(most) || most === Number.NEGATIVE_INFINITY) {
    throw mismatch(`The model answered ${[flat, long, short].join(", ")}, of which none is the largest`);
  }
  if (long > flat && long >= short) return [Direction.long, 1];
  return short > flat ? [Direction.short, 1] : [Direction.flat, 0];
}
