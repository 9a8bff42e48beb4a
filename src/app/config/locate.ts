/**
 * @file Where a key stands in a TOML text that is already known to be valid: the parser gives values without positions,
 * and a message without a line is half a message.
 */

/** Splits a header or dotted key such as `a."b.c".d` into its parts. */
function keyParts(text: string): string[] {
  const parts: string[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(?:\.|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) break;
    parts.push(match[1] ?? match[2] ?? match[3]);
  }
  return parts;
}

/** Skips a value from `start`: the index of the line break or comment after it, whatever lines it spans. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let i = start;
  while (i < text.length) {
    const c = text[i];
    const triple = text.slice(i, i + 3);
    if (triple === '"""' || triple === "'''") {
      const close = text.indexOf(triple, i + 3);
      i = close < 0 ? text.length : close + 3;
    } else if (c === '"' || c === "'") {
      i++;
      while (i < text.length && text[i] !== c) i += c === '"' && text[i] === "\\" ? 2 : 1;
      i++;
    } else if (c === "#") {
      while (i < text.length && text[i] !== "\n") i++;
      if (depth === 0) return i;
    } else {
      if (c === "[" || c === "{") depth++;
      if (c === "]" || c === "}") depth--;
      if (c === "\n" && depth <= 0) return i;
      i++;
    }
  }
  return i;
}

/** Maps dotted paths of sections and keys to their line, counted from one. */
export function keyLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const pattern = /[ \t]*(?:\[\[?([^\]\n]*)\]\]?|([^\s#=[][^=\n]*)=)/y;
  let section: string[] = [];
  let line = 1;
  let i = 0;
  while (i < text.length) {
    pattern.lastIndex = i;
    const match = pattern.exec(text);
    let end = i;
    if (match?.[1] !== undefined) {
      section = keyParts(match[1].trim());
      lines.set(section.join("."), line);
      end = endOfValue(text, pattern.lastIndex);
    } else if (match?.[2] !== undefined) {
      const parts = [...section, ...keyParts(match[2].trim())];
      for (let n = section.length + 1; n <= parts.length; n++) {
        const path = parts.slice(0, n).join(".");
        if (!lines.has(path)) lines.set(path, line);
      }
      end = endOfValue(text, pattern.lastIndex);
    } else {
      while (end < text.length && text[end] !== "\n") end++;
    }
    for (let at = i; at <= end && at < text.length; at++) if (text[at] === "\n") line++;
    i = end + 1;
  }
  return lines;
}
