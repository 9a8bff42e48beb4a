/**
 * @file Where headlines come from: feeds of publishers and authorities, the venue's announcements, and Reddit where its key is
 * given. Asked for no more often than every five minutes, and only for what has changed where the publisher can tell.
 */
import { z } from "zod";
import { MINUTE_MS } from "../../../core/index.ts";
import { badReply } from "../../venue-error.ts";
import { SourceHttp } from "../http.ts";
import type { SourceOptions } from "../source.ts";
import { numeric } from "../values.ts";
import { readFeed } from "./feed-text.ts";
import { type Headline, plainTitle, webLink } from "./headline.ts";

export type HeadlineSource = {
  /** Such as "coindesk". */
  readonly feed: string;
  readonly title: string;
  readonly licence: string;
  readonly keys: readonly string[];
  readonly missingKeys: readonly string[];
  /** Least time between two questions, milliseconds. */
  readonly everyMs: number;
  /** What the feed shows now, none where it hasn't changed. Rejects with a VENUE_ error. */
  headlines(signal?: AbortSignal): Promise<readonly Headline[]>;
};

const FLOOR_MS = 5 * MINUTE_MS;
const TITLES_ONLY = "publisher's terms: title and link only";
const HOST = "TIDEMARK_NEWS_URL";
const LIMIT = { burst: 1, perSecond: 0.2 };

/** Feeds that anybody may read. */
export const DEFAULT_FEEDS = [
  { feed: "coindesk", title: "CoinDesk", url: "https://www.coindesk.com/arc/outboundfeeds/rss", licence: TITLES_ONLY },
  { feed: "theblock", title: "The Block", url: "https://www.theblock.co/rss.xml", licence: TITLES_ONLY },
  { feed: "cointelegraph", title: "Cointelegraph", url: "https://cointelegraph.com/rss", licence: TITLES_ONLY },
  { feed: "decrypt", title: "Decrypt", url: "https://decrypt.co/feed", licence: TITLES_ONLY },
  {
    feed: "fed-monetary",
    title: "Federal Reserve, monetary policy",
    url: "https://www.federalreserve.gov/feeds/press_monetary.xml",
    licence: "work of the US government",
  },
  {
    feed: "fed-speeches",
    title: "Federal Reserve, speeches",
    url: "https://www.federalreserve.gov/feeds/speeches.xml",
    licence: "work of the US government",
  },
] as const;

type Feed = { readonly feed: string; readonly title: string; readonly url: string; readonly licence: string };

/** A feed of the user's own choice, named after its address: "example.org-news-rss.xml". */
function ownFeed(address: string): Feed {
  const { hostname, pathname, search } = new URL(address);
  const title = hostname.replace(/^www\./, "");
  const feed = `${title}${pathname}${search}`.toLowerCase().replace(/[^a-z0-9.]+/g, "-");
  return { feed: feed.replace(/^-+|-+$/g, ""), title, url: address, licence: TITLES_ONLY };
}

function publishedFeed({ feed, title, url, licence }: Feed, options: SourceOptions): HeadlineSource {
  const { origin, pathname, search } = new URL(url);
  const path = `${pathname}${search}`;
  const http = new SourceHttp({ title, baseUrl: origin, hostVariable: HOST, limit: LIMIT, wanders: true }, options);
  const seen = { etag: "", modified: "" };
  return {
    feed,
    title,
    licence,
    keys: [],
    missingKeys: [],
    everyMs: FLOOR_MS,
    headlines: async (signal) => {
      const known = {
        ...(seen.etag === "" ? {} : { "if-none-match": seen.etag }),
        ...(seen.modified === "" ? {} : { "if-modified-since": seen.modified }),
      };
      const accept = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8";
      const { status, text, headers } = await http.text({ path, headers: { accept, ...known }, signal });
      if (status === 304) return [];
      const found = readFeed(feed, text);
      if (found === undefined) throw badReply(title, `${http.baseUrl}${path}`, "it is no feed");
      seen.etag = headers.get("etag") ?? "";
      seen.modified = headers.get("last-modified") ?? "";
      return found;
    },
  };
}

const announcementsSchema = z.looseObject({
  retCode: z.literal(0),
  result: z.looseObject({
    list: z.array(z.looseObject({ title: z.string(), url: z.string(), publishTime: numeric.nullish() })),
  }),
});

/** `dateTimestamp` is what an author fills in; when it was published is another field, and not always there. */
function bybitAnnouncements(options: SourceOptions): HeadlineSource {
  const place = { title: "Bybit", baseUrl: "https://api.bybit.com", hostVariable: "TIDEMARK_BYBIT_URL", limit: LIMIT };
  const http = new SourceHttp(place, options);
  return {
    feed: "bybit-announcements",
    title: "Bybit, announcements",
    licence: "Bybit API terms; own use",
    keys: [],
    missingKeys: [],
    everyMs: FLOOR_MS,
    headlines: async (signal) => {
      const query = { locale: "en-US", page: 1, limit: 20 };
      const { result } = await http.json({ path: "/v5/announcements/index", query, signal }, announcementsSchema);
      return result.list.flatMap(({ title, url, publishTime }): Headline[] => {
        const plain = plainTitle(title);
        const known = typeof publishTime === "number" && publishTime > 0 ? publishTime : null;
        return plain === ""
          ? []
          : [{ feed: "bybit-announcements", id: url || plain, title: plain, url: webLink(url), publishedMs: known }];
      });
    },
  };
}

const REDDIT_KEYS = ["REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"] as const;
const tokenSchema = z.looseObject({ access_token: z.string().min(1), expires_in: z.number() });
const listingSchema = z.looseObject({
  data: z.looseObject({
    children: z.array(
      z.looseObject({
        data: z.looseObject({
          name: z.string(),
          title: z.string(),
          permalink: z.string().optional(),
          created_utc: z.number(),
        }),
      }),
    ),
  }),
});

/** Titles of posts, by an app that Reddit approved: https://www.reddit.com/dev/api#GET_new */
function reddit(options: SourceOptions): HeadlineSource {
  const place = { title: "Reddit", hostVariable: "TIDEMARK_REDDIT_URL", limit: { burst: 2, perSecond: 1 } };
  const sign = new SourceHttp({ ...place, baseUrl: "https://www.reddit.com" }, options);
  const http = new SourceHttp({ ...place, baseUrl: "https://oauth.reddit.com" }, options);
  const keyOf = (name: string): string => options.environment[name] ?? "";
  let token = { text: "", untilMs: 0 };
  const authorize = async (signal: AbortSignal | undefined): Promise<string> => {
    if (http.clock.nowMs() < token.untilMs) return token.text;
    const [id, secret] = REDDIT_KEYS.map(keyOf);
    const basic = Buffer.from(`${id}:${secret}`).toString("base64");
    const request = {
      path: "/api/v1/access_token",
      form: { grant_type: "client_credentials" },
      headers: { authorization: `Basic ${basic}` },
      signal,
    };
    const { access_token, expires_in } = await sign.json(request, tokenSchema);
    token = { text: access_token, untilMs: http.clock.nowMs() + (expires_in - 60) * 1000 };
    return token.text;
  };
  return {
    feed: "reddit",
    title: "Reddit",
    licence: "Reddit Responsible Builder Policy; by approval",
    keys: REDDIT_KEYS,
    missingKeys: REDDIT_KEYS.filter((name) => keyOf(name) === ""),
    everyMs: FLOOR_MS,
    headlines: async (signal) => {
      const headers = { authorization: `Bearer ${await authorize(signal)}` };
      const request = { path: "/r/CryptoCurrency+Bitcoin/new", query: { limit: 100 }, headers, signal };
      const { data } = await http.json(request, listingSchema);
      return data.children.flatMap(({ data: { name, title, permalink = "", created_utc } }): Headline[] => {
        const plain = plainTitle(title);
        const url = permalink === "" ? "" : `https://www.reddit.com${permalink}`;
        return plain === "" ? [] : [{ feed: "reddit", id: name, title: plain, url, publishedMs: created_utc * 1000 }];
      });
    },
  };
}

/**
 * Every source of headlines there is; those without their key are listed, and off. Throws CONFIG_VALUE.
 * @param own addresses of further feeds, RSS or Atom; one that is known already is read once
 */
export function headlineSources(options: SourceOptions, own: readonly string[] = []): readonly HeadlineSource[] {
  const known = new Set<string>(DEFAULT_FEEDS.map(({ url }) => url));
  const further = [...new Set(own)].filter((address) => !known.has(address)).map(ownFeed);
  const feeds = [...DEFAULT_FEEDS, ...further].map((feed) => publishedFeed(feed, options));
  return [bybitAnnouncements(options), ...feeds, reddit(options)];
}
