/** @file A made-up market with a planted edge, models that have found it, and a venue of this machine that plays it on. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UnhurriedClock } from "../../core/testing/unhurried-clock.ts";
import { changedConfig } from "../config/changed.ts";
import type { Config } from "../config/load.ts";
import { loadConfig } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { trainClassifier } from "../training/classifier.ts";
import { type ServedVenue, serveVenue } from "../venue/serve.ts";
import { quietContext } from "./context.ts";

/** The key of a local venue's account: made up, and no secret. */
const ACCOUNT = { BYBIT_API_KEY: "local-key", BYBIT_API_SECRET: "local-secret" };

export type LocalMarket = {
  readonly folder: string;
  readonly config: Config;
  readonly venue: ServedVenue;
  /** A context of this market, which keeps what is said. */
  context(rest?: Partial<AppContext>): { readonly context: AppContext; readonly said: string[] };
  close(): Promise<void>;
};

/**
 * @param versions so many of the model "edge" are trained before the venue starts; or models by what each changes
 * @param changes keys of the configuration
 */
export async function openLocalMarket(
  versions: number | ReadonlyArray<Readonly<Record<string, unknown>>>,
  changes: Readonly<Record<string, unknown>>,
): Promise<LocalMarket> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-market-"));
  const base = changedConfig(loadConfig({ path: undefined, workingFolder: folder, overrides: [] }), {
    "data.venue": "synthetic",
    "data.symbols": ["BTCUSDT", "ETHUSDT"],
    "data.timeframe": "1h",
    "data.synthetic_bars": 3_000,
    "data.synthetic_signal": "return",
    "data.synthetic_edge": 0.6,
    "features.set": "core20",
    "model.name": "edge",
    "model.learner": "logistic",
    "supervised.horizon": 1,
    "venue.port": 0,
    // Of this machine's time, in which a market that runs so fast has moved on by hours.
    "trade.grace_seconds": 1,
    ...changes,
  });
  const trainings = typeof versions === "number" ? Array.from({ length: versions }, () => ({})) : versions;
  for (const own of trainings) {
    const config = changedConfig(base, own);
    await trainClassifier(quietContext(folder, () => config).context, config);
  }
  // The venue and its sessions share this process: a busy machine must not let the market run away from them.
  const clock = new UnhurriedClock();
  const venue = await serveVenue(quietContext(folder, () => base, { clock }).context, () => undefined);
  const config = changedConfig(base, { "trade.host": venue.venue.url });
  return {
    folder,
    config,
    venue,
    context: (rest = {}) => quietContext(folder, () => config, { environment: ACCOUNT, clock, ...rest }),
    close: async () => {
      await venue.venue.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
