import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { SimulatedClock } from "../../../core/index.ts";
import { SourceServer } from "../../testing/source-server.ts";
import { readFeed } from "./feed-text.ts";
import { DEFAULT_FEEDS, headlineSources } from "./feeds.ts";

const NOW = Date.UTC(2026, 4, 20, 7, 30);
const server = new SourceServer(NOW);
let environment: Record<string, string> = {};
beforeAll(async () => {
  const address = await server.listen();
  environment = {
    TIDEMARK_NEWS_URL: address,
    TIDEMARK_BYBIT_URL: address,
    TIDEMARK_REDDIT_URL: address,
    REDDIT_CLIENT_ID: "id-of-reddit",
    REDDIT_CLIENT_SECRET: "secret-of-reddit",
  };
});
beforeEach(() => {
  server.reset();
  server.world.items = [
    { id: "7", title: "Rates & <b>tides</b> rise\u0007", date: "Wed, 20 May 2026 02:00:00 EST" },
    { id: "8", title: "A second item", date: "" },
  ];
});
afterAll(() => server.close());

const NAMES = headlineSources({ environment: {} }).map(({ feed }) => feed);
function opened(feed: string, more: { readonly timeoutMs?: number; readonly maxAttempts?: number } = {}) {
  const found = headlineSources({ clock: new SimulatedClock(NOW), environment, ...more }).find(
    (one) => one.feed === feed,
  );
  if (found === undefined) throw new Error(`${feed} is a feed`);
  return found;
}

describe.each(NAMES)("%s", (feed) => {
  it("gives titles as text, the claimed time where there is one, and a link of the web", async () => {
    const [first, second, ...more] = await opened(feed).headlines();
    expect([first.feed, first.title, first.publishedMs]).toEqual([
      feed,
      "Rates & tides rise",
      Date.UTC(2026, 4, 20, 7),
    ]);
    expect(first.url).toMatch(/^https:\/\//);
    expect(second.publishedMs).toBe(feed === "reddit" ? Date.UTC(2026, 4, 20) : null);
    expect(first.id).not.toBe(second.id);
    expect(more).toEqual([]);
  });

  it("keeps the name of an item that is edited", async () => {
    const one = opened(feed);
    const [before] = await one.headlines();
    server.world.items = [{ ...server.world.items[0], title: "Another title" }];
    const [after] = await one.headlines();
    expect([after.id, after.title]).toEqual([before.id, "Another title"]);
  });

  it.each([
    ["a page with status 200", { body: "<!DOCTYPE html><html><body>Just a moment</body></html>" }, "VENUE_BAD_REPLY"],
    ["not being let in", { status: 403 }, "VENUE_FORBIDDEN"],
    ["too many questions", { status: 429, headers: { "retry-after": "5" } }, "VENUE_RATE_LIMITED"],
    ["an outage", { status: 503 }, "VENUE_UNREACHABLE"],
  ] as const)("%s is told by its code", async (_, fault, code) => {
    server.world.faults = [fault];
    server.world.stays = true;
    await expect(opened(feed).headlines()).rejects.toMatchObject({ code });
  });

  it("does not wait for ever", async () => {
    server.world.faults = ["hang"];
    await expect(opened(feed, { timeoutMs: 40, maxAttempts: 1 }).headlines()).rejects.toMatchObject({
      code: "VENUE_TIMEOUT",
    });
  });
});

it("a feed that has not changed is not read again", async () => {
  const feed = opened("coindesk");
  expect(await feed.headlines()).toHaveLength(2);
  expect(await feed.headlines()).toEqual([]);
  server.world.items = [];
  expect(await feed.headlines(), "it changed, and is empty").toEqual([]);
  expect(server.requests.map(({ headers }) => headers["if-none-match"] !== undefined)).toEqual([false, true, true]);
});

it("a feed of one's own is read by its whole address, under a name made from it; a known one is read once", async () => {
  const own = ["https://www.example.org/feeds/Coins.xml?topic=a&lang=en", DEFAULT_FEEDS[0].url];
  const sources = headlineSources({ clock: new SimulatedClock(NOW), environment }, own);
  expect(sources.map(({ feed }) => feed).filter((feed) => !NAMES.includes(feed))).toEqual([
    "example.org-feeds-coins.xml-topic-a-lang-en",
  ]);
  expect(sources).toHaveLength(NAMES.length + 1);
  expect(await sources.find(({ title }) => title === "example.org")?.headlines()).toHaveLength(2);
  expect(server.requests.map(({ path, query }) => `${path}?${query.toString()}`)).toEqual([
    "/feeds/Coins.xml?topic=a&lang=en",
  ]);
});

it("Reddit is off without its keys, and signs in once for an hour", async () => {
  expect(headlineSources({ environment: {} }).find(({ feed }) => feed === "reddit")?.missingKeys).toEqual([
    "REDDIT_CLIENT_ID",
    "REDDIT_CLIENT_SECRET",
  ]);
  const reddit = opened("reddit");
  await reddit.headlines();
  await reddit.headlines();
  expect(server.requests.map(({ path }) => path)).toEqual([
    "/api/v1/access_token",
    "/r/CryptoCurrency+Bitcoin/new",
    "/r/CryptoCurrency+Bitcoin/new",
  ]);
  expect(server.requests[1].headers.authorization).toBe("Bearer a-token");
});

it("Reddit's words of access go to no other host: neither those it signs in with, nor those it gets", async () => {
  const other = new SourceServer(NOW);
  const elsewhere = await other.listen();
  try {
    const refused = { code: "VENUE_REJECTED", what: expect.stringContaining(new URL(elsewhere).host) };
    server.world.faults = [{ status: 307, headers: { location: `${elsewhere}/api/v1/access_token` } }];
    await expect(opened("reddit").headlines()).rejects.toMatchObject(refused);
    const reddit = opened("reddit");
    await reddit.headlines();
    server.world.faults = [{ status: 302, headers: { location: `${elsewhere}/r/CryptoCurrency+Bitcoin/new` } }];
    await expect(reddit.headlines()).rejects.toMatchObject(refused);
    expect(other.requests).toEqual([]);
  } finally {
    await other.close();
  }
});

const ATOM = `<feed xmlns="http://www.w3.org/2005/Atom"><title>The feed</title>
<entry><title type="html">One &#38; &quot;two&quot; &lt;i&gt;x&lt;/i&gt;</title><id>urn:1</id>
<link rel="self" href="https://a.example/self"/><link rel="alternate" href="https://a.example/1?a=1&amp;b=2"/>
<updated>2026-05-20T07:00:00+02:00</updated></entry>
<entry><title></title><id>urn:2</id></entry></feed>`;

test("Atom: the link to the page, entities, a time with its zone; an entry without a title is left out", () => {
  expect(readFeed("a", ATOM)).toEqual([
    {
      feed: "a",
      id: "urn:1",
      title: 'One & "two" x',
      url: "https://a.example/1?a=1&b=2",
      publishedMs: Date.UTC(2026, 4, 20, 5),
    },
  ]);
});

test.each([
  ["no guid: the link is its name", "<link>https://a.example/5</link>", { id: "https://a.example/5" }],
  ["neither: the title is its name", "", { id: "A title", url: "" }],
  ["a link that is none of the web", "<link>javascript:alert(1)</link>", { url: "" }],
  ["a date that is none", "<pubDate>soon</pubDate>", { publishedMs: null }],
  ["a date in UT", "<pubDate>Wed, 20 May 2026 07:00:00 UT</pubDate>", { publishedMs: Date.UTC(2026, 4, 20, 7) }],
  ["a comment is not read", "<!-- <guid>x</guid> --><guid>y</guid>", { id: "y" }],
])("RSS, %s", (_, part, expected) => {
  const [item] =
    readFeed("a", `<rss version="2.0"><channel><item><title>A title</title>${part}</item></channel></rss>`) ?? [];
  expect(item).toMatchObject(expected);
});

test("what is no feed is none, and a title is cut", () => {
  expect(readFeed("a", "<html><title>no</title></html>")).toBeUndefined();
  expect(readFeed("a", `<rss><item><title>${"long ".repeat(200)}</title></item></rss>`)?.[0].title.length).toBe(300);
});

const rss = (inner: string): string => `<rss version="2.0"><channel>${inner}</channel></rss>`;

test.each<[string, string]>([
  ["items that never end", rss("<item><title>".repeat(150_000))],
  ["items within items", rss(`${"<item>".repeat(150_000)}</item>`)],
  ["comments that never end", rss("<!--".repeat(300_000))],
  ["tags that never end", rss(`<item><title>${"<title ".repeat(150_000)}`)],
  ["angle brackets alone", rss(`<item><title>${"<".repeat(900_000)}</title></item>`)],
  ["CDATA that never ends", rss(`<item><title>${"<![CDATA[".repeat(100_000)}</title></item>`)],
  ["links that never end", rss(`<item><title>a</title>${"<link ".repeat(150_000)}</item>`)],
])("a feed of a megabyte with %s is read in the time of a feed", (_, text) => {
  const found = readFeed("a", text) ?? [];
  expect(found.length).toBeLessThan(3);
});

test("no entity is defined by a feed, and none of it is fetched", () => {
  const declared = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "aaaa"><!ENTITY z "&y;&y;">]>';
  expect(readFeed("a", `${declared}${rss("<item><title>One &x; and &z;</title></item>")}`)?.[0].title).toBe(
    "One &x; and &z;",
  );
});

test("a time without a zone is UTC, whatever the zone of this machine", () => {
  const zone = process.env["TZ"];
  process.env["TZ"] = "America/New_York";
  try {
    const dated = ["2026-05-20 07:00:00", "2026-05-20T07:00:00", "Wed, 20 May 2026 07:00:00", "20 May 2026 07:00"];
    const items = dated.map((date) => `<item><title>A title</title><pubDate>${date}</pubDate></item>`);
    const told = readFeed("a", rss(items.join("")))?.map(({ publishedMs }) => publishedMs);
    expect(told).toEqual(Array(4).fill(Date.UTC(2026, 4, 20, 7)));
  } finally {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  }
});

/** A feed of one's own that is answered so. */
const answered = async (headers: Record<string, string>, body: Buffer) => {
  const plain = createServer((_, response) => void response.writeHead(200, headers).end(body));
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  try {
    const address = `http://127.0.0.1:${(plain.address() as AddressInfo).port}/own.xml`;
    const sources = headlineSources({ environment: {}, maxAttempts: 1 }, [address]);
    return await sources[sources.length - 2].headlines();
  } finally {
    plain.closeAllConnections();
    plain.close();
  }
};
const feedIn = (encoding: string): string =>
  `<?xml version="1.0" encoding="${encoding}"?>${rss("<item><title>Caf\u00e9 ouvert</title></item>")}`;

describe("what is sent", () => {
  it.each<[string, Record<string, string>, Buffer]>([
    ["its own declaration", {}, Buffer.from(feedIn("ISO-8859-1"), "latin1")],
    [
      "the reply's charset, which goes before it",
      { "content-type": "text/xml; charset=utf-8" },
      Buffer.from(feedIn("ISO-8859-1")),
    ],
    ["neither that is known: UTF-8", { "content-type": "text/xml; charset=no-such" }, Buffer.from(feedIn("no-such"))],
  ])("is read in the encoding of %s", async (_, headers, body) => {
    expect((await answered(headers, body)).map(({ title }) => title)).toEqual(["Caf\u00e9 ouvert"]);
  });
});
