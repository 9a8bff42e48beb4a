/** @file A headline as its publisher gives it: title and link, never the text, which is the publisher's. */

export type Headline = {
  /** The feed it came by, such as "coindesk". */
  readonly feed: string;
  /** The same for every version of it. */
  readonly id: string;
  /** Without markup and control characters, at most 300 characters. */
  readonly title: string;
  readonly url: string;
  /** As the publisher claims; null where it doesn't. */
  readonly publishedMs: number | null;
};

const LONGEST_TITLE = 300;
/** Before markup is taken out of it. */
const LONGEST_TEXT = 4_000;

/** What is shown of a title that anybody may have written. */
export function plainTitle(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .replace(/<[^>]*>/g, " ")
    .replace(/[\p{Cc}\p{Cf}]/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, LONGEST_TITLE);
}

/** The link, where it is one of the web; otherwise none. */
export function webLink(text: string): string {
  const trimmed = text.trim();
  return URL.canParse(trimmed) && /^https?:$/.test(new URL(trimmed).protocol) ? trimmed : "";
}
