/** @file `/docs`: the API as a page without a script, made from the contract. */
import { z } from "zod";
import { ROUTES, type Route } from "../contract/index.ts";

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#131823;background:#fff}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:#f0f2f5;padding:.75rem;overflow:auto;border-radius:6px}
h2{font-size:1rem;margin:2rem 0 .25rem}h2 b{display:inline-block;min-width:4.5rem;text-transform:uppercase;color:#5b3fe0}
p{margin:.25rem 0}.soft{color:#586376}summary{cursor:pointer}
@media (prefers-color-scheme:dark){body{color:#e6eaf2;background:#0b0e14}pre{background:#181e29}h2 b{color:#9d8cff}.soft{color:#8b96a8}}`;

const SIGNS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function plain(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => SIGNS[sign]);
}

function shape(title: string, schema: z.ZodType | undefined): string {
  if (schema === undefined) return "";
  const { $schema: _, ...told } = z.toJSONSchema(schema, { io: "input" }) as Record<string, unknown>;
  return `<details><summary>${title}</summary><pre>${plain(JSON.stringify(told, null, 1))}</pre></details>`;
}

function section(route: Route): string {
  const query = route.query === undefined ? "" : `<p>Query: <code>${route.query.join(", ")}</code></p>`;
  const answer = route.answer === undefined ? '<p class="soft">Answers bytes or a document of its own.</p>' : "";
  const tier = route.tier === "none" ? "asked before a session exists" : `tier ${route.tier}`;
  return `<h2><b>${route.method}</b> <code>/api/v1${plain(route.path)}</code></h2><p>${plain(route.summary)} <span class="soft">(${tier})</span></p>${query}${shape("Takes", route.body)}${shape("Answers", route.answer)}${answer}`;
}

let page: string | undefined;

export function documentation(path: "/docs" | "/docs.css"): Response {
  if (path === "/docs.css") return new Response(STYLE, { headers: { "content-type": "text/css; charset=utf-8" } });
  page ??= `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tidemark API</title><link rel="stylesheet" href="/docs.css"><h1>Tidemark API</h1>
<p>Programs send <code>Authorization: Bearer TOKEN</code>; <code>tidemark token make NAME</code> makes one. Money and prices are decimal strings, times UTC milliseconds, failures <code>{error: {code, what, where, fix}}</code>. A POST may carry an <code>Idempotency-Key</code>: sent twice it acts once. The same as <a href="/api/v1/openapi.json">OpenAPI</a>; figures for Prometheus under <code>/metrics</code>.</p>
${(Object.values(ROUTES) as readonly Route[]).map(section).join("\n")}</html>`;
  return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
}
