/**
 * @file The page's half of the session. The cookie is the other half, which a page of another port on this machine would be
 * sent too; this one lies in storage that belongs to this origin alone, and travels in a header.
 */
import { ApiError, problemFrom } from "./problem.ts";

const KEY = "tidemark.session";
export const SESSION_HEADER = "x-tidemark-session";
let secret: string | undefined;

export function sessionSecret(): string | undefined {
  try {
    secret ??= localStorage.getItem(KEY) ?? undefined;
  } catch {
    // Without storage the half lives as long as the page.
  }
  return secret;
}

function keep(value: string | undefined): void {
  secret = value;
  try {
    if (value === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, value);
  } catch {
    // As above.
  }
}

export function forgetSession(): void {
  keep(undefined);
}

/** The one-time code of the address's fragment, which is erased from the address at once. */
export function takeCode(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code === null) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  return code;
}

/** Trades a one-time code or a password for a session. Rejects with ApiError. */
export async function signIn(proof: { readonly code: string } | { readonly password: string }): Promise<void> {
  const answer = await fetch("/api/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(proof),
  });
  const body: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new ApiError(answer.status, problemFrom(answer.status, body));
  const given = (body as { readonly secret?: unknown }).secret;
  if (typeof given !== "string") throw new ApiError(answer.status, problemFrom(answer.status, body));
  keep(given);
}
