/** @file Every source of alternative series there is. Those without their key are listed, and off. */

import { whaleAlert } from "./live/whale-alert.ts";
import { blockchainCharts } from "./rest/blockchain.ts";
import { bybitPerpetuals } from "./rest/bybit.ts";
import { coinMetrics } from "./rest/coin-metrics.ts";
import { defiLlama } from "./rest/defillama.ts";
import { etherscan } from "./rest/etherscan.ts";
import { fearGreed } from "./rest/fear-greed.ts";
import { gdelt } from "./rest/gdelt.ts";
import { lunarCrush } from "./rest/lunarcrush.ts";
import { mempool } from "./rest/mempool.ts";
import { xPosts } from "./rest/x.ts";
import type { AlternativeSource, SourceOptions } from "./source.ts";

/** In the order of their worth. No request leaves before the first fetch. Throws CONFIG_VALUE for an address that is none. */
export function alternativeSources(options: SourceOptions): readonly AlternativeSource[] {
  return [
    bybitPerpetuals,
    fearGreed,
    coinMetrics,
    mempool,
    blockchainCharts,
    defiLlama,
    gdelt,
    xPosts,
    lunarCrush,
    etherscan,
    whaleAlert,
  ].map((open) => open(options));
}
