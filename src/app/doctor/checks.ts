/** @file The checks of `tidemark doctor`, in the order in which they are shown. */
import type { AppContext } from "../context.ts";
import { checkAlternative } from "./alternative.ts";
import type { Check } from "./check.ts";
import { checkCompute, checkStore } from "./engines.ts";
import { checkNetwork } from "./network.ts";
import { checkMemory, checkNode, checkPlatform } from "./runtime.ts";
import { checkCredentials, checkSettings } from "./settings.ts";
import { checkDisk, checkFolders } from "./storage.ts";

/** Each check as soon as it is made. */
export async function* runChecks(context: AppContext): AsyncGenerator<Check> {
  yield checkNode(process.versions.node);
  yield checkPlatform();
  yield checkMemory();
  yield await checkCompute(context);
  yield await checkStore(context);
  const { check, config } = checkSettings(context);
  yield check;
  if (config !== undefined) {
    yield checkDisk(config.folder);
    yield* checkFolders(config);
    yield checkCredentials(context, config);
    yield* await checkAlternative(context, config);
  }
  context.progress({ label: "asking Bybit for the time", done: 0, unit: "answers" });
  const network = await checkNetwork(context);
  context.endProgress();
  yield* network;
}
