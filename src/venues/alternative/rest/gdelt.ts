/** @file GDELT DOC 2.0: tone of world news about crypto, by the hour. https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/ */
import { z } from "zod";
import { DAY_MS, HOUR_MS } from "../../../core/index.ts";
import { badReply } from "../../venue-error.ts";
import { restSource } from "../rest-source.ts";
import type { AlternativeSource, SourceOptions } from "../source.ts";
import { inRange, numeric } from "../values.ts";

const QUERY = "(bitcoin OR cryptocurrency)";
/** Up to three days come by the quarter of an hour, up to a week by the hour, more by the day. */
const LEAST_MS = 4 * DAY_MS;
const MOST_MS = 6 * DAY_MS;

const stampMs = z
  .string()
  .regex(/^\d{8}T\d{6}Z$/, "a stamp such as 20260131T150000Z is expected")
  .transform((t) =>
    Date.parse(`${t.slice(0, 4)}-${t.slice(4, 6)}-${t.slice(6, 11)}:${t.slice(11, 13)}:${t.slice(13)}`),
  );
/** Without any article there is no timeline. */
const schema = z.looseObject({
  timeline: z.array(z.looseObject({ data: z.array(z.looseObject({ date: stampMs, value: numeric })) })).default([]),
});

const stampOf = (ms: number): string => new Date(ms).toISOString().replace(/\D/g, "").slice(0, 14);

export function gdelt(options: SourceOptions): AlternativeSource {
  return restSource(
    {
      name: "gdelt",
      title: "GDELT",
      baseUrl: "https://api.gdeltproject.org",
      hostVariable: "TIDEMARK_GDELT_URL",
      limit: { burst: 1, perSecond: 0.19 },
      limitText: "one request in 5 s",
      spanMs: () => MOST_MS,
      depthMs: () => 89 * DAY_MS,
      ask: {
        tone: async (http, query) => {
          const path = "/api/v2/doc/doc";
          const startMs = Math.min(query.fromMs, query.toMs - LEAST_MS);
          const range = { startdatetime: stampOf(startMs), enddatetime: stampOf(query.toMs) };
          const asked = { query: QUERY, mode: "timelinetone", format: "json", ...range };
          const { timeline } = await http.json({ path, query: asked, signal: query.signal }, schema);
          const rows = (timeline[0]?.data ?? []).map(({ date, value }) => [date, value] as const);
          if (rows.some(([eventMs]) => eventMs % HOUR_MS !== 0)) {
            throw badReply("GDELT", `${http.baseUrl}${path}`, "the tone is not by the hour");
          }
          return inRange(query, rows);
        },
      },
    },
    options,
  );
}
