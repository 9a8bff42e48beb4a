/** The dashboard's server: routes, checks, stream. What it shows comes from use cases, what it is told goes to the engine. */
export { Vault } from "./access/vault.ts";
export { apiBenchmark } from "./bench.ts";
export { signInPages } from "./bench-pages.ts";
export { demoWork, type LiveDemo, startDemo } from "./demo.ts";
export { accessFolder, runningServer, type ServedDashboard, serveDashboard, signInAgain } from "./server.ts";
