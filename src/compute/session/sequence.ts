/** @file Models of others that read sequences of any length, such as token ids: shapes are given with every run. */
import * as ort from "onnxruntime-node";
import { TidemarkError, toError } from "../../core/index.ts";

export type SequenceModel = {
  readonly inputs: readonly string[];
  /** Runs on one sequence; the first float32 output comes back. Inputs that the model has must be given. */
  run(sequence: Readonly<Record<string, BigInt64Array>>): Promise<Float32Array>;
  release(): Promise<void>;
};

/** Rejects with MODEL_CORRUPT where the runtime can't load it. */
export async function loadSequenceModel(bytes: Uint8Array, where: string): Promise<SequenceModel> {
  const options: ort.InferenceSession.SessionOptions = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  };
  const session = await ort.InferenceSession.create(bytes, options).catch((thrown: unknown) => {
    throw new TidemarkError("MODEL_CORRUPT", {
      what: `The model can't be loaded: ${toError(thrown).message}`,
      where,
      fix: "Export it again.",
      cause: thrown,
    });
  });
  return {
    inputs: session.inputNames,
    run: async (sequence) => {
      const feeds = Object.fromEntries(
        session.inputNames.map((name) => {
          const ids = sequence[name];
          if (ids !== undefined) return [name, new ort.Tensor("int64", ids, [1, ids.length])] as const;
          throw new TidemarkError("MODEL_MISMATCH", {
            what: `The model asks for "${name}", which nobody gives`,
            where,
            fix: `Export it with no other inputs than ${Object.keys(sequence).join(", ")}.`,
          });
        }),
      );
      const outputs = await session.run(feeds);
      return outputs[session.outputNames[0]].data as Float32Array;
    },
    release: () => session.release(),
  };
}
