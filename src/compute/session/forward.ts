/** @file Compiled expressions without a backward part: for acting, for evaluating, and for files. */
import { readFileSync } from "node:fs";
import { systemCode, TidemarkError, toError } from "../../core/index.ts";
import { fromFlatInput, fromValues, PARAMETERS } from "../graph/bind.ts";
import { buildModel } from "../graph/build-model.ts";
import { readMetadata, serializeModel } from "../onnx/model.ts";
import type { ExportOptions, ForwardOptions } from "./options.ts";
import { isParallel, openGraph, openRuntime, type Runtime } from "./runtime.ts";
import type { ForwardSession, LoadedModel, SessionOptions } from "./types.ts";

/** Compiles named expressions into a session that takes the flat parameter vector and the inputs. */
export async function compileForward(options: ForwardOptions): Promise<ForwardSession> {
  const { parameters, outputs } = options;
  const model = buildModel({ outputs, bind: fromFlatInput(parameters), contrib: true, parallel: isParallel(options) });
  const runtime = await openGraph(model, options);
  const into = runtime.buffers();
  return {
    inputs: runtime.inputs.filter((port) => port.name !== PARAMETERS),
    outputs: runtime.outputs,
    nodeCount: model.nodes.length,
    threads: runtime.threads,
    run: async (flat, feeds) => {
      await runtime.run({ ...feeds, [PARAMETERS]: flat }, into);
      return into;
    },
    release: () => runtime.release(),
  };
}

/** The bytes of a standalone ONNX file: weights inside, standard operators only, inputs and outputs by their names. */
export function exportModel(options: ExportOptions): Uint8Array {
  const { parameters, values, outputs, metadata = {}, producer = "tidemark" } = options;
  return serializeModel(
    buildModel({ outputs, bind: fromValues(parameters, values), contrib: false, parallel: true, metadata, producer }),
  );
}

function readModel(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new TidemarkError("MODEL_MISSING", {
      what:
        systemCode(thrown) === "ENOENT"
          ? "There is no such model file"
          : `The model can't be read: ${toError(thrown).message}`,
      where: path,
      fix: "Check the path.",
      cause: thrown,
    });
  }
}

async function openModel(bytes: Uint8Array, where: string, options: SessionOptions): Promise<Runtime> {
  try {
    return await openRuntime(bytes, options);
  } catch (thrown) {
    if (thrown instanceof TidemarkError) throw thrown;
    throw new TidemarkError("MODEL_CORRUPT", {
      what: `The model can't be loaded: ${toError(thrown).message}`,
      where,
      fix: "Export it again.",
      cause: thrown,
    });
  }
}

/** Opens an ONNX file, ours or another's, with fixed sizes and float32 outputs. `source` is its bytes or its path. */
export async function loadModel(source: string | Uint8Array, options: SessionOptions = {}): Promise<LoadedModel> {
  const bytes = typeof source === "string" ? readModel(source) : source;
  const where = typeof source === "string" ? source : "model in memory";
  const metadata = readMetadata(bytes);
  const runtime = await openModel(bytes, where, options);
  const odd = runtime.outputs.find((port) => port.dtype !== "float32");
  if (odd !== undefined) {
    await runtime.release();
    throw new TidemarkError("MODEL_MISMATCH", {
      what: `The model's output "${odd.name}" is ${odd.dtype}`,
      where,
      fix: "Only float32 outputs can be read.",
    });
  }
  const into = runtime.buffers();
  return {
    inputs: runtime.inputs,
    outputs: runtime.outputs,
    metadata,
    threads: runtime.threads,
    run: async (feeds) => {
      await runtime.run(feeds, into);
      return into;
    },
    release: () => runtime.release(),
  };
}
