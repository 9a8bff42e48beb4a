import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runningServer, serveDashboard } from "./server.ts";
import { openPlace } from "./testing/place.ts";

it("of two servers of one folder the later is found, also when the earlier has ended, and none when both have", async () => {
  const { folder, context, served } = await openPlace();
  expect(runningServer(context)?.url).toBe(served.url);
  const pageFolder = join(folder, "page");
  const later = await serveDashboard(context, { port: 0, host: "127.0.0.1", pageFolder, launcher: "nothing" });
  expect(runningServer(context)?.url).toBe(later.url);
  await served.close();
  expect(runningServer(context)?.url).toBe(later.url);
  await later.close();
  expect(runningServer(context)).toBeUndefined();
  rmSync(folder, { recursive: true });
});
