/** @file The checks of `tidemark doctor`, in the order in which they are shown. */
import type { AppContext } from "../context.ts";
import type { Check } from "./check.ts";
import { checkCompute, checkStore } from "./engines.ts";
import { checkNetwork } from "./network.ts";
import { checkMemory, checkNode, checkPlatform } from "./runtime.ts";
import { checkCredentials, checkSettings } from "./settings.ts";
import { checkDisk, checkFolders } from "./storage.ts";

export async function runChecks(context: AppContext): Promise<Check[]> {
  const settings = checkSettings(context);
  const config = settings.config;
  return [
    checkNode(process.versions.node),
    checkPlatform(),
    checkMemory(),
    await checkCompute(context),
    await checkStore(context),
    settings.check,
    ...(config === undefined
      ? []
      : [checkDisk(config.folder), ...checkFolders(config), checkCredentials(context, config)]),
    ...(await checkNetwork(context)),
  ];
}
