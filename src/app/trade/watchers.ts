/** @file Who is told what a session does besides its journal: people by notices, Prometheus by figures. */
import { TidemarkError } from "../../core/index.ts";
import {
  type EngineState,
  type Entry,
  emailChannel,
  type NoticeChannel,
  Notifier,
  noticeOf,
  SessionMetrics,
  serveMetrics,
  telegramChannel,
  webhookChannel,
} from "../../trade/index.ts";
import { secretValues } from "../config/environment.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";

export type Watchers = {
  entry(entry: Entry, atMs: number): void;
  close(): Promise<void>;
};

type Watched = {
  readonly session: string;
  readonly state: () => EngineState;
  readonly secrets: readonly string[];
  readonly onTrouble: (text: string) => void;
};

/** Throws CONFIG_VALUE where a channel lacks its address or key: a session that can't call for help does not begin. */
export async function watchSession(context: AppContext, config: Config, watched: Watched): Promise<Watchers> {
  const { session, state, onTrouble } = watched;
  const known = secretValues(context.environment, config.folder);
  const channels = config.trade.notify.map((name) => channelNamed(name, config, known));
  const secrets = [...watched.secrets, ...known.values()].filter((value) => value.length > 3);
  const notifier = new Notifier({ channels, clock: context.clock, secrets, onTrouble });
  const metrics = new SessionMetrics(state, session);
  const port = config.trade.metricsPort;
  const server = port === 0 ? undefined : await serveMetrics(metrics, port);
  return {
    entry: (entry, atMs) => {
      metrics.entry(entry);
      const notice = noticeOf(entry);
      if (notice !== undefined) notifier.notify({ ...notice, session, atMs });
    },
    close: async () => {
      await Promise.all([notifier.close(), server?.close()]);
    },
  };
}

function channelNamed(
  name: Config["trade"]["notify"][number],
  { trade }: Config,
  known: ReadonlyMap<string, string>,
): NoticeChannel {
  const needed = (variable: string): string => {
    const value = known.get(variable) ?? "";
    if (value !== "") return value;
    throw new TidemarkError("CONFIG_VALUE", {
      what: `Notices by ${name} need ${variable}`,
      where: "trade.notify",
      fix: `Set ${variable} in the environment or in .env, or take "${name}" out of the list.`,
    });
  };
  if (name === "webhook") return webhookChannel(needed("NOTIFY_WEBHOOK_URL"));
  if (name === "telegram") return telegramChannel(needed("TELEGRAM_BOT_TOKEN"), needed("TELEGRAM_CHAT_ID"));
  const { notifyEmailFrom, notifyEmailTo } = trade;
  if (notifyEmailFrom === "" || notifyEmailTo === "") {
    throw new TidemarkError("CONFIG_VALUE", {
      what: "Notices by e-mail need a sender and a receiver",
      where: "trade.notify_email_from, trade.notify_email_to",
      fix: "Set both.",
    });
  }
  return emailChannel(needed("SMTP_URL"), notifyEmailFrom, notifyEmailTo);
}
