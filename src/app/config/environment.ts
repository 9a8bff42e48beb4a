/** @file The few settings that an environment variable may carry, and the secrets, which come from nowhere else. */
import { resolve } from "node:path";
import { readTextIfPresent, TidemarkError } from "../../core/index.ts";
import type { Override } from "./load.ts";

type Environment = Readonly<Record<string, string | undefined>>;

type Variable = { readonly name: string; readonly path: string; readonly number: boolean; readonly meaning: string };

const SETTINGS: readonly Variable[] = [
  { name: "TIDEMARK_SEED", path: "seed", number: true, meaning: "seed of all chance" },
  { name: "TIDEMARK_DATA_ROOT", path: "data.root", number: false, meaning: "folder of the candle store" },
  { name: "TIDEMARK_MODELS", path: "paths.models", number: false, meaning: "folder of trained models" },
  { name: "TIDEMARK_RUNS", path: "paths.runs", number: false, meaning: "folder of training runs" },
  { name: "TIDEMARK_REPORTS", path: "paths.reports", number: false, meaning: "folder of reports" },
  { name: "TIDEMARK_STATE", path: "trade.state", number: false, meaning: "folder of trading sessions" },
  {
    name: "HARSH_PAPER_EXECUTION",
    path: "trade.paper_harsh",
    number: false,
    meaning: "true or false: harsh paper fills",
  },
  {
    name: "PAPER_PARTIAL_PROB",
    path: "trade.paper_partial_probability",
    number: true,
    meaning: "probability of a partial paper fill",
  },
  { name: "PAPER_SLIPPAGE_BPS", path: "trade.paper_slippage_bps", number: true, meaning: "extra slippage on paper" },
  { name: "TIDEMARK_THREADS", path: "training.threads", number: true, meaning: "threads of the compute engine" },
];

/** Secrets by name. Their values are never printed, logged or stored. */
export const SECRETS = [
  { name: "BYBIT_API_KEY", meaning: "Bybit API key; public market data need none" },
  { name: "BYBIT_API_SECRET", meaning: "its secret" },
  { name: "NOTIFY_WEBHOOK_URL", meaning: "address that notices are posted to, with its key" },
  { name: "TELEGRAM_BOT_TOKEN", meaning: "token of the bot that sends notices" },
  { name: "TELEGRAM_CHAT_ID", meaning: "chat that it sends them to" },
  { name: "X_BEARER_TOKEN", meaning: "X: bearer token; every hour of posts that is counted costs money" },
  { name: "REDDIT_CLIENT_ID", meaning: "Reddit: id of an app that Reddit approved" },
  { name: "REDDIT_CLIENT_SECRET", meaning: "its secret" },
  { name: "LUNARCRUSH_API_KEY", meaning: "LunarCrush: key of a plan" },
  { name: "WHALE_ALERT_API_KEY", meaning: "Whale Alert: key of a plan with alerts" },
  { name: "ETHERSCAN_API_KEY", meaning: "Etherscan: key, free" },
  { name: "SMTP_URL", meaning: "mail server for notices: smtps://user:password@mail.example.org" },
] as const;

/** Environment variables as settings. */
export function environmentOverrides(environment: Environment): Override[] {
  return SETTINGS.flatMap(({ name, path, number }) => {
    const text = environment[name];
    if (text === undefined || text === "") return [];
    const asNumber = Number(text);
    return [{ path, value: number && !Number.isNaN(asNumber) ? asNumber : text, source: name }];
  });
}

/** Reads KEY=VALUE lines; quotes around a value are removed, `#` starts a comment. */
export function parseEnvFile(text: string, shown: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#]*?))\s*(?:#.*)?$/.exec(
      line,
    );
    if (match === null) {
      // The line itself may hold a secret, so it is not repeated.
      throw new TidemarkError("CONFIG_SYNTAX", {
        what: "A line is not of the form KEY=VALUE",
        where: `${shown}:${index + 1}`,
        fix: "Correct or remove the line.",
      });
    }
    values.set(match[1], match[2] ?? match[3] ?? match[4]);
  }
  return values;
}

/** Names of the secrets that are set, in the environment or in the file .env of the folder. */
export function presentSecrets(environment: Environment, folder: string): ReadonlySet<string> {
  const text = readTextIfPresent(resolve(folder, ".env"));
  const file = text === undefined ? new Map<string, string>() : parseEnvFile(text, ".env");
  return new Set(SECRETS.map(({ name }) => name).filter((name) => (environment[name] ?? file.get(name) ?? "") !== ""));
}

/** Values of the secrets that are set: the environment wins over the file .env of the folder. Never show them. */
export function secretValues(environment: Environment, folder: string): ReadonlyMap<string, string> {
  const text = readTextIfPresent(resolve(folder, ".env"));
  const file = text === undefined ? new Map<string, string>() : parseEnvFile(text, ".env");
  const values = SECRETS.map(({ name }) => [name, environment[name] ?? file.get(name) ?? ""] as const);
  return new Map(values.filter(([, value]) => value !== ""));
}

/** The text of .env.example: every variable with its meaning, none with a value. */
export function exampleEnv(): string {
  return [
    "# Copy this file to .env and fill in what you need. Keep .env out of version control.",
    "",
    "# Secrets",
    ...SECRETS.map(({ name, meaning }) => `# ${meaning}\n${name}=`),
    "",
    "# Settings (all optional; flags win over them, they win over tidemark.toml)",
    "# TIDEMARK_CONFIG=        path of the configuration file",
    ...SETTINGS.map(({ name, meaning }) => `# ${`${name}=`.padEnd(24)} ${meaning}`),
    "",
  ].join("\n");
}
