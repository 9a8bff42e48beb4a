/** The contract between server and page: schemas, types, routes, columns and the stream. It imports zod and nothing else. */
export * from "./access.ts";
export * from "./assistant.ts";
export * from "./columns.ts";
export * from "./common.ts";
export * from "./data.ts";
export * from "./jobs.ts";
export * from "./judge.ts";
export * from "./learn.ts";
export * from "./overview.ts";
export * from "./routes.ts";
export * from "./stream.ts";
export * from "./stream-store.ts";
export * from "./trade.ts";
