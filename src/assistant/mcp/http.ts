/** @file The analyst's tools over HTTP: one request, one answer, no session between them. Who may ask is checked before. */
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { AssistantData } from "../tools/data.ts";
import { mcpServer } from "./server.ts";

/** @param data opened for each request, so that what was stored meanwhile is seen */
export function mcpFetch(data: () => AssistantData): (request: Request) => Promise<Response> {
  return async (request) => {
    const server = mcpServer(data());
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    try {
      return await transport.handleRequest(request);
    } finally {
      await server.close();
    }
  };
}
