/** @file DefiLlama: value locked in all chains, and stablecoins in circulation; both are mended backwards. https://api-docs.defillama.com */
import { z } from "zod";
import { SourceHttp } from "../http.ts";
import { restSource } from "../rest-source.ts";
import type { AlternativeSource, SourceOptions } from "../source.ts";
import { inRange, numeric, secondsMs } from "../values.ts";

const lockedSchema = z.array(z.looseObject({ date: secondsMs, tvl: numeric }));
const coinsSchema = z.array(
  z.looseObject({ date: secondsMs, totalCirculatingUSD: z.looseObject({ peggedUSD: numeric }) }),
);
const PLACE = {
  title: "DefiLlama",
  baseUrl: "https://api.llama.fi",
  hostVariable: "TIDEMARK_DEFILLAMA_URL",
  limit: { burst: 2, perSecond: 1 },
  wanders: true,
};

export function defiLlama(options: SourceOptions): AlternativeSource {
  const coins = new SourceHttp({ ...PLACE, baseUrl: "https://stablecoins.llama.fi" }, options);
  return restSource(
    {
      ...PLACE,
      name: "defillama",
      limitText: "not published; one request a second",
      ask: {
        tvl: async (http, query) => {
          const rows = await http.json({ path: "/v2/historicalChainTvl", signal: query.signal }, lockedSchema);
          return inRange(
            query,
            rows.map(({ date, tvl }) => [date, tvl] as const),
          );
        },
        stablecoins: async (_, query) => {
          const rows = await coins.json({ path: "/stablecoincharts/all", signal: query.signal }, coinsSchema);
          return inRange(
            query,
            rows.map((row) => [row.date, row.totalCirculatingUSD.peggedUSD] as const),
          );
        },
      },
    },
    options,
  );
}
