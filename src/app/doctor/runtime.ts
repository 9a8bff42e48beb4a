/** @file Doctor: Node.js, the platform, memory and threads. */
import { arch, availableParallelism, freemem, platform, release } from "node:os";
import { ExitCode } from "../../core/index.ts";
import { type Check, CheckStatus } from "./check.ts";

const MINIMUM_NODE = [20, 19] as const;
/** Platforms for which every native part ships a binary. */
const PLATFORMS = new Set(["linux-x64", "linux-arm64", "darwin-arm64", "win32-x64", "win32-arm64"]);
const LOW_MEMORY_BYTES = 1024 ** 3;

/** @param version such as "20.19.0" */
export function checkNode(version: string): Check {
  const [major, minor] = version.split(".").map(Number);
  const enough = major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
  return enough
    ? { name: "node", status: CheckStatus.ok, found: version }
    : {
        name: "node",
        status: CheckStatus.fail,
        found: version,
        fix: `Install Node.js ${MINIMUM_NODE.join(".")} or newer.`,
        exitCode: ExitCode.usage,
      };
}

export function checkPlatform(): Check {
  const name = `${platform()}-${arch()}`;
  const found = `${name} (${release()})`;
  return PLATFORMS.has(name)
    ? { name: "platform", status: CheckStatus.ok, found }
    : { name: "platform", status: CheckStatus.warn, found, fix: "Tidemark was not tried on this platform." };
}

export function checkMemory(): Check {
  const freeBytes = freemem();
  const found = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free, ${availableParallelism()} threads`;
  return freeBytes >= LOW_MEMORY_BYTES
    ? { name: "machine", status: CheckStatus.ok, found }
    : { name: "machine", status: CheckStatus.warn, found, fix: "Close other programs, or train smaller networks." };
}
