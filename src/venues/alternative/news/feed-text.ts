/**
 * @file RSS 2.0 and Atom as publishers write them, good and bad. Only what a headline needs is read: no entity is defined, no
 * reference is followed, and what can't be read of one item leaves the others.
 */
import { type Headline, plainTitle, webLink } from "./headline.ts";

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** No publisher shows more, and no element of an item is longer. */
const MOST_ITEMS = 2_000;
const LONGEST_ITEM = 100_000;
const LONGEST_ELEMENT = 4_000;

/**
 * Undefined where the text is no feed. Items without a title are left out. Takes time in proportion to the text, whatever is in
 * it: what a stranger sends must not hold up those who record beside it.
 */
export function readFeed(feed: string, text: string): Headline[] | undefined {
  if (!/<(?:rss|feed|rdf:RDF)[\s>]/i.test(text.slice(0, 4_000))) return undefined;
  return itemsIn(withoutComments(text)).flatMap((whole): Headline[] => {
    const body = whole.slice(0, LONGEST_ITEM);
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

function withoutComments(text: string): string {
  const parts: string[] = [];
  for (let at = 0; ; ) {
    const from = text.indexOf("<!--", at);
    parts.push(text.slice(at, from < 0 ? text.length : from));
    const to = from < 0 ? -1 : text.indexOf("-->", from + 4);
    if (to < 0) return parts.join("");
    at = to + 3;
  }
}

/** What stands between the tags of each item, the first ones. */
function itemsIn(text: string): string[] {
  const closings = new Map<string, number[]>([
    ["item", []],
    ["entry", []],
  ]);
  for (const { 1: name, index } of text.matchAll(/<\/(item|entry)\s{0,9}>/gi)) {
    closings.get(name.toLowerCase())?.push(index);
  }
  const next = new Map<string, number>();
  const opening = /<(item|entry)(?:\s[^>]{0,2000})?>/gi;
  const items: string[] = [];
  for (let found = opening.exec(text); found !== null && items.length < MOST_ITEMS; found = opening.exec(text)) {
    const name = found[1].toLowerCase();
    const ends = closings.get(name) ?? [];
    let i = next.get(name) ?? 0;
    while (i < ends.length && ends[i] < opening.lastIndex) i++;
    next.set(name, i);
    if (i === ends.length) continue;
    items.push(text.slice(opening.lastIndex, ends[i]));
    opening.lastIndex = ends[i];
  }
  return items;
}

/** The text of the first element of that name, entities and CDATA read; undefined where there is none, or it is empty. */
function contentOf(body: string, name: string): string | undefined {
  const opening = new RegExp(`<${name}(?:\\s[^>]{0,2000})?>`, "i").exec(body);
  if (opening === null) return undefined;
  const rest = body.slice(opening.index + opening[0].length);
  const closing = rest.search(new RegExp(`</${name}\\s{0,9}>`, "i"));
  if (closing < 0) return undefined;
  const parts = rest.slice(0, Math.min(closing, LONGEST_ELEMENT)).split(/(<!\[CDATA\[[\s\S]*?\]\]>)/);
  const text = parts.map((part) => (part.startsWith("<![CDATA[") ? part.slice(9, -3) : withoutEntities(part))).join("");
  return text.trim() === "" ? undefined : text;
}

/** Atom's link: the one to the page, where kinds are told. */
function hrefOf(body: string): string {
  const links = [...body.matchAll(/<link\s([^>]{0,2000}?)\/?>/gi)].map(([, attributes]) => attributes);
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

/** RFC 822 with its zone names, or RFC 3339; without a zone it is UTC, not the zone of this machine. Null for what is neither. */
function dateOf(text: string | undefined): number | null {
  const plain = (text ?? "").trim().replace(/\bUT\b/, "UTC");
  const isBare = /\d:\d{2}(?::\d{2}(?:\.\d+)?)?$/.test(plain) && !/[+-]\d{2}:?\d{2}$/.test(plain);
  const zone = isBare ? (/\dT\d/.test(plain) ? "Z" : " UTC") : "";
  const ms = Date.parse(plain + zone);
  return Number.isNaN(ms) || ms < 0 ? null : ms;
}
