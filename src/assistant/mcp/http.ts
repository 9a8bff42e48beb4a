/** @file The tools for agents over HTTP: one request, one answer, no session between them. Who may ask is checked before. */
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { AssistantData } from "../tools/data.ts";
import type { JobDesk } from "./job-tools.ts";
import { mcpServer } from "./server.ts";

export type McpFetch = (request: Request, desk: JobDesk | undefined) => Promise<Response>;

/**
 * Answers a request; with a desk its sender may start long work.
 * @param data opened for each request, so that what was stored meanwhile is seen
 */
export function mcpFetch(data: () => AssistantData): McpFetch {
  return async (request, desk) => {
    const server = mcpServer(data(), desk);
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    try {
      return await transport.handleRequest(request);
    } finally {
      await server.close();
    }
  };
}
