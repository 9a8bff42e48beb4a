/** @file Decimal strings as the API sends them: rounded and compared without ever becoming binary fractions. */

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A decimal string without exponent, or undefined where the text is none. */
function plain(text: string): { negative: boolean; whole: string; fraction: string } | undefined {
  const found = DECIMAL.exec(text.trim());
  if (found === null) return undefined;
  const [, sign, whole = "0", fraction = "", exponent = "0"] = found;
  const shift = Number(exponent);
  if (shift === 0) return { negative: sign === "-", whole, fraction };
  const digits = whole + fraction;
  const point = whole.length + shift;
  if (Math.abs(shift) > 400) return undefined;
  if (point <= 0) return { negative: sign === "-", whole: "0", fraction: "0".repeat(-point) + digits };
  return { negative: sign === "-", whole: digits.slice(0, point).padEnd(point, "0"), fraction: digits.slice(point) };
}

/** Rounded half away from zero to `places` digits; undefined where the text is no decimal. */
export function fixed(text: string, places: number): string | undefined {
  const parts = plain(text);
  if (parts === undefined) return undefined;
  const { negative, whole, fraction } = parts;
  const kept = fraction.slice(0, places).padEnd(places, "0");
  let scaled = BigInt(whole + kept);
  if ((fraction[places] ?? "0") >= "5") scaled += 1n;
  const digits = scaled.toString().padStart(places + 1, "0");
  const cut = digits.length - places;
  const value = places === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return negative && scaled !== 0n ? `-${value}` : value;
}

/** -1, 0 or 1; undefined where the text is no decimal. */
export function signOf(text: string): -1 | 0 | 1 | undefined {
  const parts = plain(text);
  if (parts === undefined) return undefined;
  if (!/[1-9]/.test(parts.whole + parts.fraction)) return 0;
  return parts.negative ? -1 : 1;
}

/** Digits after the point as the text has them, at most `most`. */
export function placesOf(text: string, most = 8): number {
  const fraction = plain(text)?.fraction.replace(/0+$/, "") ?? "";
  return Math.min(fraction.length, most);
}
