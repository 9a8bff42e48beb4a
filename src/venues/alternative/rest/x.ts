/** @file X: posts about a coin, counted by the hour; paid by use. https://docs.x.com/x-api/posts/get-posts-counts-recent */
import { z } from "zod";
import { DAY_MS, MINUTE_MS } from "../../../core/index.ts";
import { restSource } from "../rest-source.ts";
import type { AlternativeSource, SourceOptions } from "../source.ts";
import { inRange, isoMs } from "../values.ts";

const schema = z.looseObject({
  data: z.array(z.looseObject({ start: isoMs, tweet_count: z.number() })).default([]),
});
const KEY = "X_BEARER_TOKEN";
/** Seven days are kept, by a clock that isn't ours. */
const DEPTH_MS = 7 * DAY_MS - 5 * MINUTE_MS;

export function xPosts(options: SourceOptions): AlternativeSource {
  return restSource(
    {
      name: "x",
      title: "X",
      baseUrl: "https://api.x.com",
      hostVariable: "TIDEMARK_X_URL",
      limit: { burst: 2, perSecond: 0.3 },
      limitText: "300 requests in 15 minutes; each costs money",
      keys: [KEY],
      depthMs: () => DEPTH_MS,
      ask: {
        posts: async (http, query, key) => {
          const asked = {
            query: `#${query.key} -is:retweet`,
            granularity: "hour",
            start_time: new Date(query.fromMs).toISOString(),
            end_time: new Date(query.toMs).toISOString(),
          };
          const headers = { authorization: `Bearer ${key(KEY)}` };
          const request = { path: "/2/tweets/counts/recent", query: asked, headers, signal: query.signal };
          const { data } = await http.json(request, schema);
          return inRange(
            query,
            data.map(({ start, tweet_count }) => [start, tweet_count] as const),
          );
        },
      },
    },
    options,
  );
}
