/** @file What a few letters mean: entries whose words begin with them first, then those that hold them in their order. */

export type Found = { readonly title: string; readonly about: string };

/** 0 the best; undefined where the letters don't fit. */
function rank(entry: Found, letters: string): number | undefined {
  const title = entry.title.toLowerCase();
  if (title.startsWith(letters)) return 0;
  if (title.split(/\s+/).some((word) => word.startsWith(letters))) return 1;
  if (title.includes(letters)) return 2;
  if (entry.about.toLowerCase().includes(letters)) return 3;
  let from = 0;
  for (const letter of letters) {
    const at = title.indexOf(letter, from);
    if (at < 0) return undefined;
    from = at + 1;
  }
  return 4;
}

export function search<T extends Found>(entries: readonly T[], words: string): T[] {
  const letters = words.trim().toLowerCase();
  if (letters === "") return [...entries];
  return entries
    .map((entry) => ({ entry, rank: rank(entry, letters) }))
    .filter((one): one is { entry: T; rank: number } => one.rank !== undefined)
    .sort((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry);
}
