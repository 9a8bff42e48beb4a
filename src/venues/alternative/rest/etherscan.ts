/** @file Etherscan V2: the gas price now; recorded. https://docs.etherscan.io/api-reference/endpoint/gasoracle */
import { z } from "zod";
import { rateLimited, rejected } from "../../venue-error.ts";
import { refusedKey } from "../http.ts";
import { restSource } from "../rest-source.ts";
import type { AlternativeSource, SourceOptions } from "../source.ts";
import { numeric, snapshot } from "../values.ts";

const KEY = "ETHERSCAN_API_KEY";
/** A failure comes with status 200: "0", and the reason in place of the result. */
const schema = z.union([
  z.looseObject({ status: z.literal("1"), result: z.looseObject({ ProposeGasPrice: numeric }) }),
  z.looseObject({ status: z.literal("0"), result: z.string() }),
]);

export function etherscan(options: SourceOptions): AlternativeSource {
  return restSource(
    {
      name: "etherscan",
      title: "Etherscan",
      baseUrl: "https://api.etherscan.io",
      hostVariable: "TIDEMARK_ETHERSCAN_URL",
      limit: { burst: 1, perSecond: 1 },
      limitText: "3 requests a second, 100,000 a day",
      keys: [KEY],
      ask: {
        gas: async (http, { signal }, key) => {
          const path = "/v2/api";
          const query = { chainid: 1, module: "gastracker", action: "gasoracle", apikey: key(KEY) };
          const reply = await http.json({ path, query, signal }, schema);
          if (reply.status === "1") return snapshot(http.clock.nowMs(), reply.result.ProposeGasPrice);
          const where = `${http.baseUrl}${path}`;
          // The reason may repeat the key, which is not told.
          const reason = reply.result.replaceAll(key(KEY), "...").slice(0, 100);
          if (/rate limit/i.test(reason)) throw rateLimited("Etherscan", where, undefined, reason);
          if (/api key/i.test(reason)) throw refusedKey("Etherscan", where, reason);
          throw rejected("Etherscan", where, reason);
        },
      },
    },
    options,
  );
}
