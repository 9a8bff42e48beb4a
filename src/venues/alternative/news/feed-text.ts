/**
 * @file RSS 2.0 and Atom as publishers write them, good and bad. Only what a headline needs is read: no entity is defined, no
 * reference is followed, and what can't be read of one item leaves the others.
 */
import { type Headline, plainTitle, webLink } from "./headline.ts";

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** Undefined where the text is no feed. Items without a title are left out. */
export function readFeed(feed: string, text: string): Headline[] | undefined {
  if (!/<(?:rss|feed|rdf:RDF)[\s>]/i.test(text.slice(0, 4_000))) return undefined;
  const items = [...text.replace(/<!--[\s\S]*?-->/g, "").matchAll(/<(item|entry)(?:\s[^>]*)?>([\s\S]*?)<\/\1>/gi)];
  return items.flatMap(([, , body]): Headline[] => {
    const title = plainTitle(contentOf(body, "title") ?? "");
    if (title === "") return [];
    const url = webLink(contentOf(body, "link") ?? "") || webLink(hrefOf(body));
    const id = (contentOf(body, "guid") ?? contentOf(body, "id") ?? "").trim() || url || title;
    const date =
      contentOf(body, "pubDate") ??
      contentOf(body, "published") ??
      contentOf(body, "updated") ??
      contentOf(body, "dc:date");
    return [{ feed, id: id.slice(0, 500), title, url, publishedMs: dateOf(date) }];
  });
}

/** The text of the first element of that name, entities and CDATA read; undefined where there is none, or it is empty. */
function contentOf(body: string, name: string): string | undefined {
  const match = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, "i").exec(body);
  if (match === null) return undefined;
  const parts = match[1].split(/(<!\[CDATA\[[\s\S]*?\]\]>)/);
  const text = parts.map((part) => (part.startsWith("<![CDATA[") ? part.slice(9, -3) : withoutEntities(part))).join("");
  return text.trim() === "" ? undefined : text;
}

/** Atom's link: the one to the page, where kinds are told. */
function hrefOf(body: string): string {
  const links = [...body.matchAll(/<link\s([^>]*?)\/?>/gi)].map(([, attributes]) => attributes);
  const page = links.find((one) => !/\brel\s*=/.test(one) || /\brel\s*=\s*["']alternate["']/.test(one)) ?? "";
  return withoutEntities(/\bhref\s*=\s*["']([^"']*)["']/.exec(page)?.[1] ?? "");
}

function withoutEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{2,6}));/g, (whole, ten, sixteen, name) => {
    if (typeof name === "string") return NAMED[name] ?? whole;
    const code = typeof ten === "string" ? Number(ten) : Number.parseInt(sixteen as string, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : " ";
  });
}

/** RFC 822 with its zone names, or RFC 3339; null for what is neither. */
function dateOf(text: string | undefined): number | null {
  const ms = text === undefined ? Number.NaN : Date.parse(text.trim().replace(/\bUT\b/, "UTC"));
  return Number.isNaN(ms) || ms < 0 ? null : ms;
}
