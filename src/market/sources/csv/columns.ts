/** @file Which column is which, by the header alone: roles, and groups of columns for several markets beside each other. */
import { NAMES, normalName, Role } from "./names.ts";

/** Position of each known role in a line, from 0. */
export type ColumnMap = Partial<Record<Role, number>>;

/** Roles of a header's columns. The first name of a list that occurs wins, wherever in the line it stands. */
export function mapColumns(header: readonly string[]): ColumnMap {
  const names = header.map(normalName);
  const map: ColumnMap = {};
  for (const [role, known] of Object.entries(NAMES) as [Exclude<Role, "clock">, readonly string[]][]) {
    const name = known.find((candidate) => names.includes(candidate));
    if (name !== undefined) map[role] = names.indexOf(name);
  }
  const [date, clock] = [names.indexOf("date"), names.indexOf("time")];
  if (map.time === date && date >= 0 && clock >= 0) map.clock = clock;
  return map;
}

export function hasRoles(map: ColumnMap, roles: readonly Role[]): boolean {
  return roles.every((role) => map[role] !== undefined);
}

const GROUP_ROLES: Readonly<Record<string, Role>> = {
  open: Role.open,
  high: Role.high,
  low: Role.low,
  close: Role.close,
  volume: Role.volume,
  vol: Role.volume,
};
const SHORT_ROLES: Readonly<Record<string, Role>> = { o: Role.open, h: Role.high, l: Role.low, c: Role.close };
const SIDES = new Set(["bid", "ask", "mid"]);
const PRICE_ROLES = [Role.open, Role.high, Role.low, Role.close] as const;

/** Columns of one market or one side of it, such as "BTC" of "BTC:open" or "bid" of "bidopen". */
export type ColumnGroup = { readonly label: string; readonly columns: ColumnMap };

/** Groups of four prices that share a word in their names, in the order of the header. */
export function columnGroups(header: readonly string[]): readonly ColumnGroup[] {
  const groups = new Map<string, ColumnMap>();
  for (const [position, name] of header.entries()) {
    const part = groupPart(name);
    if (part === undefined) continue;
    const map = groups.get(part.label) ?? {};
    map[part.role] ??= position;
    groups.set(part.label, map);
  }
  return [...groups].filter(([, map]) => hasRoles(map, PRICE_ROLES)).map(([label, columns]) => ({ label, columns }));
}

/** Whether groups are the two sides of one market rather than several markets. */
export function areSides(groups: readonly ColumnGroup[]): boolean {
  return groups.every(({ label }) => SIDES.has(label.toLowerCase()));
}

function groupPart(name: string): { role: Role; label: string } | undefined {
  const side = /^(bid|ask|mid)(open|high|low|close)$/i.exec(name.trim());
  const spaced = side === null ? name.replace(/([a-z])([A-Z])/g, "$1 $2") : `${side[1]} ${side[2]}`;
  const words = spaced
    .split(/[^\p{L}\p{N}.^=]+|(?<=[a-z])\.|\.(?=[a-z])/u)
    .filter((word) => word !== "" && !/^price$/i.test(word));
  const rolesOf = (known: Readonly<Record<string, Role>>): number[] =>
    words.flatMap((word, i) => (known[word.toLowerCase()] === undefined ? [] : [i]));
  const long = rolesOf(GROUP_ROLES);
  const isSide = words.some((word) => SIDES.has(word.toLowerCase()));
  const [known, places] = long.length === 0 && isSide ? [SHORT_ROLES, rolesOf(SHORT_ROLES)] : [GROUP_ROLES, long];
  if (places.length !== 1 || words.length < 2) return undefined;
  const [place] = places;
  return { role: known[words[place].toLowerCase()], label: words.filter((_, i) => i !== place).join("-") };
}
