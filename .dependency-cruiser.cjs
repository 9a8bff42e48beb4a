/**
 * Imports point only down this list; a room is entered through its index, or through a lean second door: choices.ts (defaults
 * and choices as data, for the schema), and the settings.ts of the application (the configuration alone).
 */
const rooms = [
  "core",
  "compute",
  "text",
  "venues",
  "market",
  "features",
  "exchange",
  "portfolio",
  "risk",
  "policy",
  "search",
  "tracking",
  "learn",
  "evaluate",
  "promotion",
  "trade",
  "assistant",
  "app",
  "server",
  "cli",
];
/** What each room may import, where it is less than everything above it in the list. */
const allowed = {
  core: [],
  compute: ["core"],
  text: ["core", "compute"],
  search: ["core"],
  tracking: ["core"],
  venues: ["core"],
  assistant: ["core"],
  market: ["core", "venues"],
  features: ["core", "market"],
  exchange: ["core", "market"],
  portfolio: ["core", "market", "exchange"],
  risk: ["core", "market", "exchange", "portfolio"],
  trade: [
    "core",
    "compute",
    "venues",
    "market",
    "features",
    "exchange",
    "portfolio",
    "risk",
    "policy",
    "evaluate",
    "promotion",
  ],
};
/** Third-party clients are each imported by one room (a protocol by those that speak it), behind an interface of ours. */
const clients = {
  "onnxruntime-node": "compute",
  "@duckdb/node-api": "market",
  "bybit-api": "venues",
  ccxt: "venues",
  ws: ["venues", "server"],
  "decimal.js": "core",
  commander: "cli",
  picocolors: "cli",
  "smol-toml": "app",
  libsql: "trade",
  pino: "trade",
  bullmq: "search",
  ioredis: "search",
  nodemailer: "trade",
  "prom-client": ["trade", "server"],
  ai: "assistant",
  "node-llama-cpp": "assistant",
  "@ai-sdk/openai-compatible": "assistant",
  "@modelcontextprotocol/sdk": "assistant",
  hono: "server",
  "@hono/node-server": "server",
  "@hono/zod-openapi": "server",
};

/** The folders of learn, each imported by those below it only, through its door. */
const subjects = ["env", "ppo", "curriculum", "training", "gates", "tune"];

const mayImport = (room) => allowed[room] ?? rooms.slice(0, rooms.indexOf(room));

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "not-to-tests",
      severity: "error",
      from: { pathNot: "\\.test\\.tsx?$|/testing/|^test/" },
      to: { path: "\\.test\\.tsx?$|/testing/|^test/" },
    },
    {
      name: "public-doors-open-doors-only",
      severity: "error",
      from: { path: "^src/[^/]+\\.ts$" },
      to: { pathNot: "^src/(?!app/|server/|cli/)[^/]+/index\\.ts$" },
    },
    {
      name: "nothing-stands-on-the-public-doors",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^src/[^/]+\\.ts$" },
    },
    {
      name: "examples-use-the-public-doors",
      severity: "error",
      from: { path: "^examples/" },
      to: { path: "^src/", pathNot: "^src/[^/]+\\.ts$" },
    },
    {
      // It knows the simulated exchange, tapes and the broker's door, and nothing through which an order could leave.
      name: "paper-has-no-way-to-an-order",
      severity: "error",
      from: { path: "^src/trade/brokers/paper/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "^src/|node_modules/",
        pathNot:
          "^src/(core/index|exchange/index|market/index|trade/broker|trade/order-rules|trade/brokers/paper/[^/]+)\\.ts$",
      },
    },
    {
      // The page knows of the program what the API says, and nothing else.
      name: "web-imports-only-the-contract",
      severity: "error",
      from: { path: "^web/src/" },
      to: { path: "^(?:src|test|bench|scripts|bin)/", pathNot: "^src/server/contract/" },
    },
    {
      name: "the-contract-is-named-in-one-place",
      severity: "error",
      from: { path: "^web/src/", pathNot: "^web/src/api/contract\\.ts$|\\.test\\.ts$" },
      to: { path: "^src/server/" },
    },
    {
      // What the page loads in a browser has nothing of Node in it.
      name: "the-contract-imports-zod-alone",
      severity: "error",
      from: { path: "^src/server/contract/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^src/server/contract/|node_modules/zod/" },
    },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(?:ccxt$|hono/|publint|vite$|vitest/|@modelcontextprotocol/)" },
    },
    ...rooms.map((room) => ({
      name: `${room}-imports-downward`,
      severity: "error",
      from: { path: `^src/${room}/`, pathNot: "\\.test\\.ts$" },
      to: { path: "^src/", pathNot: `^src/(${[room, ...mayImport(room)].join("|")})/` },
    })),
    ...rooms.map((room) => ({
      name: `${room}-through-its-door`,
      severity: "error",
      from: { path: "^(src|test|bench|scripts)/", pathNot: `^src/${room}/` },
      to: {
        path: `^src/${room}/`,
        pathNot: `^src/${room}/(index|${room === "app" ? "settings" : "choices"}|testing/.*)\\.ts$`,
      },
    })),
    ...subjects.flatMap((subject, i) => [
      {
        name: `learn-${subject}-imports-downward`,
        severity: "error",
        from: { path: `^src/learn/${subject}/`, pathNot: "\\.test\\.ts$" },
        to: { path: `^src/learn/(${subjects.slice(i + 1).join("|") || "none"})/` },
      },
      {
        name: `learn-${subject}-through-its-door`,
        severity: "error",
        from: { path: "^src/learn/", pathNot: `^src/learn/(${subject}/|choices\\.ts$)|\\.test\\.ts$` },
        to: { path: `^src/learn/${subject}/`, pathNot: `^src/learn/${subject}/index\\.ts$` },
      },
    ]),
    ...Object.entries(clients).map(([name, room]) => ({
      name: `${name}-only-in-${[room].flat().join("-and-")}`,
      severity: "error",
      from: { path: "^(src|bench)/", pathNot: `^src/(?:${[room].flat().join("|")})/` },
      to: { path: `^${name}$|node_modules/${name}/` },
    })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".mjs", ".js"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
