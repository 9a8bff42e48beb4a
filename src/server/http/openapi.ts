/** @file The API described from the contract that it runs by: OpenAPI 3.1, made once. */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import { packageVersion } from "../../core/index.ts";
import { problemSchema, ROUTES, type Route } from "../contract/index.ts";

type Registered = Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0];

const json = (schema: z.ZodType) => ({ "application/json": { schema } });

function parametersOf({ path, query = [] }: Route): object[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  return [...inPath, ...query.map((name) => ({ name, in: "query", required: false, schema: { type: "string" } }))];
}

function pathOf([name, route]: readonly [string, Route]): Registered {
  const { method, path, summary, tier, body, answer } = route;
  const failures = Object.fromEntries(
    [
      [401, "nobody is signed in"],
      [403, "not allowed"],
      [404, "not found"],
      [422, "not understood"],
    ].map(([status, description]) => [status, { description: String(description), content: json(problemSchema) }]),
  );
  return {
    method,
    path: `/api/v1${path}`,
    operationId: name,
    summary,
    description: tier === "none" ? "Before a session exists." : `Tier: ${tier}.`,
    security: tier === "none" ? [] : [{ bearer: [] }, { page: [], cookie: [] }],
    parameters: parametersOf(route),
    ...(body === undefined ? {} : { request: { body: { required: true, content: json(body) } } }),
    responses: {
      200: {
        description: answer === undefined ? "Bytes, or a document of its own" : "Done",
        ...(answer === undefined ? {} : { content: json(answer) }),
      },
      ...failures,
    },
  } as Registered;
}

let made: object | undefined;

export function openApiDocument(): object {
  made ??= make();
  return made;
}

function make(): object {
  const app = new OpenAPIHono();
  const { openAPIRegistry: registry } = app;
  registry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  registry.registerComponent("securitySchemes", "page", { type: "apiKey", in: "header", name: "x-tidemark-session" });
  registry.registerComponent("securitySchemes", "cookie", { type: "apiKey", in: "cookie", name: "tidemark-PORT" });
  for (const entry of Object.entries(ROUTES) as unknown as ReadonlyArray<readonly [string, Route]>)
    registry.registerPath(pathOf(entry));
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Tidemark",
      version: packageVersion(),
      description:
        "Money and prices are decimal strings, times UTC milliseconds, failures {error: {code, what, where, fix}}. Histories are columns (application/octet-stream).",
    },
  });
}
