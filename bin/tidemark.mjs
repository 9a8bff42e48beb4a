#!/usr/bin/env node
/**
 * @file The launcher. In a source checkout it builds dist/ when it is missing or older than src/; then it runs the command
 * line in this very process, so that signals, the terminal and the exit code are the command's own.
 */
import { existsSync } from "node:fs";
import module from "node:module";

const MINIMUM_NODE = [20, 19];
/** Whether the command line serves the dashboard: the demonstration does where it stays. */
function showsThePage(args) {
  if (args.includes("--help") || args.includes("--login")) return false;
  const stays = process.stdout.isTTY && !args.includes("--exit") && !args.includes("--json");
  return args[0] === "serve" || (args[0] === "demo" && stays);
}

function nodeIsTooOld() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1]);
}

async function launch() {
  if (nodeIsTooOld()) {
    process.stderr.write(
      `Tidemark needs Node.js ${MINIMUM_NODE.join(".")} or newer; this is ${process.versions.node}. Install a newer Node.js.\n`,
    );
    return 2;
  }
  if (existsSync(new URL("../src/cli/main.ts", import.meta.url))) {
    const { ensureBuilt } = await import("../scripts/build.mjs");
    const complaints = ensureBuilt();
    if (complaints !== "") {
      process.stderr.write(`The source does not build:\n${complaints}`);
      return 1;
    }
    if (showsThePage(process.argv.slice(2))) {
      const { ensurePageBuilt } = await import("../scripts/build-page.mjs");
      const problems = await ensurePageBuilt();
      if (problems !== "") {
        process.stderr.write(`The page of the dashboard does not build:\n${problems}`);
        // The demonstration shows the rest, and says that it has no page.
        if (process.argv[2] === "serve") return 1;
      }
    }
  }
  // What V8 compiled is kept from one start to the next, where this Node can.
  module.enableCompileCache?.();
  // Computed, so that tools which follow imports don't look for what is not built yet.
  const { main } = await import(new URL("../dist/cli/main.js", import.meta.url).href);
  return main(process.argv.slice(2));
}

process.exitCode = await launch();
