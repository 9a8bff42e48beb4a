/**
 * @file node-llama-cpp, which a user installs if language models are to run in this process: it is large and made for each
 * platform, so that nobody gets it who does not ask for it. What is used of it is written down here.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { systemCode, TidemarkError, toError } from "../../core/index.ts";

export const Device = { cpu: "cpu", cuda: "cuda", auto: "auto" } as const;
export type Device = (typeof Device)[keyof typeof Device];

export type LlamaSequence = {
  readonly tokenMeter: { getState(): { readonly usedInputTokens: number; readonly usedOutputTokens: number } };
  dispose(): void;
};
export type LlamaContext = { getSequence(): LlamaSequence; dispose(): Promise<void> };
export type LlamaModel = {
  createContext(options: {
    readonly contextSize: { readonly max: number };
    readonly threads: number;
    readonly lora?: { readonly adapters: ReadonlyArray<{ readonly filePath: string; readonly scale: number }> };
    readonly createSignal?: AbortSignal;
  }): Promise<LlamaContext>;
  dispose(): Promise<void>;
};
type LlamaGrammar = object;
export type Llama = {
  readonly gpu: string | false;
  loadModel(options: {
    readonly modelPath: string;
    readonly loadSignal?: AbortSignal;
    readonly onLoadProgress?: (share: number) => void;
  }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: object): Promise<LlamaGrammar>;
  dispose(): Promise<void>;
};
export type LlamaSession = {
  promptWithMeta(
    text: string,
    options: {
      readonly grammar?: LlamaGrammar;
      readonly maxTokens: number;
      readonly temperature: number;
      readonly signal: AbortSignal;
    },
  ): Promise<{ readonly responseText: string; readonly stopReason: string }>;
  dispose(options?: { readonly disposeSequence?: boolean }): void;
};
export type LlamaRuntime = {
  getLlama(options: {
    readonly gpu: false | "cuda" | "auto";
    readonly build: "never";
    readonly skipDownload: boolean;
    readonly logLevel: string;
    readonly progressLogs: boolean;
  }): Promise<Llama>;
  readonly LlamaChatSession: new (options: {
    readonly contextSequence: LlamaSequence;
    readonly systemPrompt: string;
  }) => LlamaSession;
};

const PACKAGE = "node-llama-cpp";
const VERSION = "3.22.0";
/** Folder below the project's that holds nothing but the runtime, so that its installation touches no other package. */
const OWN_FOLDER = "llama";

function binaryName(device: Device): string {
  const platform = process.platform === "darwin" ? "mac" : process.platform === "win32" ? "win" : "linux";
  if (platform === "mac") return process.arch === "arm64" ? "mac-arm64-metal" : "mac-x64";
  return `${platform}-${process.arch}${device === Device.cuda ? "-cuda" : ""}`;
}

/** The command that installs it beside a project. */
export function runtimeCommand(device: Device): string {
  return `npm install --prefix ${OWN_FOLDER} --ignore-scripts --omit=optional ${PACKAGE}@${VERSION} @${PACKAGE}/${binaryName(device)}@${VERSION}`;
}

/** Where it lies: beside this program, in the project's folder, or in its folder "llama". */
function findRuntime(folder: string): string | undefined {
  for (const base of [import.meta.url, join(folder, "x.js"), join(folder, OWN_FOLDER, "x.js")]) {
    try {
      return createRequire(base).resolve(PACKAGE);
    } catch (thrown) {
      if (systemCode(thrown) !== "MODULE_NOT_FOUND") throw thrown;
    }
  }
  return undefined;
}

function missing(device: Device, why: string): TidemarkError {
  return new TidemarkError("ASSISTANT_RUNTIME", {
    what: `Models in this process need ${PACKAGE}, ${why}`,
    fix: `In the project's folder: ${runtimeCommand(device)}`,
  });
}

/** Throws ASSISTANT_RUNTIME where it is not installed. Looks, loads nothing. */
export function requireRuntime(folder: string, device: Device): string {
  const path = findRuntime(folder);
  if (path === undefined) throw missing(device, "which is not installed");
  return path;
}

/** Loads it with its binary. Rejects with ASSISTANT_RUNTIME where there is none for this machine and device. */
export async function openRuntime(
  folder: string,
  device: Device,
): Promise<{ readonly runtime: LlamaRuntime; readonly llama: Llama }> {
  const path = requireRuntime(folder, device);
  try {
    const runtime = (await import(pathToFileURL(path).href)) as LlamaRuntime;
    const llama = await runtime.getLlama({
      gpu: device === Device.cpu ? false : device,
      // Nothing is built or fetched behind anybody's back.
      build: "never",
      skipDownload: true,
      logLevel: "error",
      progressLogs: false,
    });
    return { runtime, llama };
  } catch (thrown) {
    throw missing(device, `whose binary for ${binaryName(device)} can't be loaded: ${toError(thrown).message}`);
  }
}
