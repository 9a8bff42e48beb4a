/**
 * @file JSON as Python's json module writes and reads it: NaN, Infinity and -Infinity stand bare. Everything else is
 * standard JSON.
 */

const SENTINEL = "\u0000number:";
/** A whole string, or a bare word that standard JSON does not know. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

function number(value: number): string {
  return Number.isFinite(value) ? JSON.stringify(value) : String(value);
}

/** One line of JSON without spaces. Members that are undefined are left out. */
export function pythonJson(value: unknown): string {
  if (typeof value === "number") return number(value);
  if (Array.isArray(value)) return `[${value.map((item: unknown) => pythonJson(item)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${pythonJson(item)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** Reads what Python wrote. Throws SyntaxError. */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    if (!/NaN|Infinity/.test(text)) throw thrown;
  }
  const standard = text.replace(TOKENS, (token) =>
    token.startsWith('"') ? token : JSON.stringify(`${SENTINEL}${token}`),
  );
  return JSON.parse(standard, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(SENTINEL) ? Number(value.slice(SENTINEL.length)) : value,
  );
}
