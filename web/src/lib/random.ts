/** @file The page's only door to chance: keys of requests. Works where the page is not served from this machine, too. */

export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
