/** @file Text within the width of the screen: broken at spaces, later lines under the first word of the first. */

// Escape sequences take no room on the screen.
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001B\[[0-9;]*m/g;

/** Cells that a text takes. */
export function shownWidth(text: string): number {
  return text.replace(ESCAPES, "").length;
}

/** A word and a colon, or a label and the spaces behind it, at the start of a line: what follows is what is broken. */
const LABEL = /^\s*(?:[\w-]+:\s+|\S+(?: \S+){0,2}\s{2,}|[-*]\s+)/;
/** Beyond this share of the screen a label is part of the text. */
const WIDEST_LABEL = 0.4;

function wrapLine(line: string, columns: number): string {
  if (shownWidth(line) <= columns) return line;
  const plain = line.replace(ESCAPES, "");
  const leading = plain.length - plain.trimStart().length;
  const label = LABEL.exec(plain)?.[0].length ?? 0;
  const indent = " ".repeat(label > 0 && label <= columns * WIDEST_LABEL ? label : Math.min(leading, columns / 2));
  // Spaces inside the label are kept as they are; a figure stays with its sign.
  const parts = line.slice(leading).split(/( +(?!%))/);
  const lines: string[] = [];
  let current = " ".repeat(leading) + parts[0];
  for (let i = 1; i + 1 < parts.length; i += 2) {
    const next = current + parts[i] + parts[i + 1];
    if (shownWidth(next) <= columns) {
      current = next;
      continue;
    }
    // A word that is wider than the rest of a line alone stays with its label.
    if (shownWidth(current) <= indent.length) current = next;
    else {
      lines.push(current);
      current = indent + parts[i + 1];
    }
  }
  return [...lines, current].join("\n");
}

/** @param columns width of the screen; infinite for none */
export function wrap(text: string, columns: number): string {
  return text
    .split("\n")
    .map((line) => wrapLine(line, columns))
    .join("\n");
}
