/** @file Doctor: the configuration file, and whether credentials are there. Values of secrets are never shown. */
import { existsSync, statSync } from "node:fs";
import { platform } from "node:os";
import { resolve } from "node:path";
import { ExitCode, TidemarkError } from "../../core/index.ts";
import { checkConfig } from "../config/check.ts";
import { presentSecrets, SECRETS } from "../config/environment.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { type Check, CheckStatus } from "./check.ts";

export function checkSettings(context: AppContext): { check: Check; config: Config | undefined } {
  try {
    const config = context.config();
    checkConfig(config, "decision", "features", "training", "rule");
    const found = config.file ?? "none here: the defaults apply (write one with `tidemark init`)";
    return { check: { name: "configuration", status: CheckStatus.ok, found }, config };
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    const check = {
      name: "configuration",
      status: CheckStatus.fail,
      found: `${thrown.what}${thrown.where === undefined ? "" : ` (${thrown.where})`}`,
      exitCode: ExitCode.usage,
      ...(thrown.fix === undefined ? {} : { fix: thrown.fix }),
    };
    return { check, config: undefined };
  }
}

/** True where others than the owner may read the file. */
function readableByOthers(path: string): boolean {
  return platform() !== "win32" && existsSync(path) && (statSync(path).mode & 0o077) !== 0;
}

/** A key and its secret. */
const PAIRS = [
  ["BYBIT_API_KEY", "BYBIT_API_SECRET"],
  ["REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"],
  ["TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID"],
] as const;

export function checkCredentials(context: AppContext, config: Config): Check {
  const present = presentSecrets(context.environment, config.folder);
  const set = SECRETS.map(({ name }) => name).filter((name) => present.has(name));
  const found = set.length === 0 ? "none set" : `set: ${set.join(", ")}`;
  const envFile = resolve(config.folder, ".env");
  if (readableByOthers(envFile)) {
    return { name: "credentials", status: CheckStatus.warn, found, fix: `Others can read ${envFile}: chmod 600 it.` };
  }
  const alone = PAIRS.find((pair) => pair.filter((name) => present.has(name)).length === 1);
  if (alone !== undefined) {
    const fix = `${alone.join(" and ")} are only useful together.`;
    return { name: "credentials", status: CheckStatus.warn, found, fix };
  }
  return { name: "credentials", status: CheckStatus.ok, found: `${found} (public market data need none)` };
}
