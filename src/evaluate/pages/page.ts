/** @file The frame that reports of other kinds share with the backtest's: one page, one design, nothing from elsewhere. */
import { escapeHtml } from "../report/escape.ts";
import { REPORT_STYLE } from "../report/style.ts";

const STILL_STYLE =
  "svg.still{width:100%;min-width:560px;height:auto;display:block}svg.still text{fill:var(--muted);font-size:11px}table.data td.text,table.data th.text{text-align:left}";

export type PageParts = {
  readonly title: string;
  readonly subtitle: string;
  /** The result in one plain sentence. */
  readonly headline: string;
  readonly sentences: readonly string[];
  /** Kind of the verdict's card: its color. */
  readonly tone: "better" | "promising" | "beaten" | "losing";
  readonly badge: string;
  readonly cards: readonly string[];
  /** Generated prices, named as such. */
  readonly synthetic: boolean;
};

export function page(parts: PageParts): string {
  const { title, subtitle, headline, sentences, tone, badge, cards, synthetic } = parts;
  const banner = synthetic
    ? '<div class="banner" role="alert"><b>SYNTHETIC DATA</b><span>Generated prices, not a market. Nothing here says anything about real trading.</span></div>'
    : "";
  const items = sentences.map((sentence) => `<li>${escapeHtml(sentence).replaceAll(" %", "&nbsp;%")}</li>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}</title>
<style>${REPORT_STYLE}${STILL_STYLE}</style>
</head>
<body>
<main>
${banner}
<header class="top"><div><h1>${escapeHtml(title)}</h1><div class="sub num">${escapeHtml(subtitle)}</div></div></header>
<section class="card verdict ${tone}" aria-label="Verdict"><span class="badge">${escapeHtml(badge)}</span><div class="headline">${escapeHtml(headline).replaceAll(" %", "&nbsp;%")}</div><ul>${items}</ul></section>
${cards.join("\n")}
<footer>Made by Tidemark. Past results, simulated or real, promise nothing.</footer>
</main>
</body>
</html>
`;
}

export function card(title: string, note: string, content: string): string {
  return `<section class="card"><div class="head"><h2>${escapeHtml(title)}</h2></div><div class="note">${escapeHtml(note)}</div>${content}</section>`;
}

/** Cells are text; `left` names the columns that are words and not figures. */
export function dataTable(
  head: readonly string[],
  rows: ReadonlyArray<readonly string[]>,
  left: readonly number[] = [0],
): string {
  const kind = (column: number): string => (left.includes(column) ? ' class="text"' : "");
  const heads = head.map((text, i) => `<th${kind(i)}>${escapeHtml(text)}</th>`).join("");
  const body = rows
    .map((row) => `<tr>${row.map((text, i) => `<td${kind(i)}>${escapeHtml(text)}</td>`).join("")}</tr>`)
    .join("");
  return `<div class="scroll"><table class="data"><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}
