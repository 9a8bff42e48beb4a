import { expect, it } from "vitest";
import { quietContext } from "../../app/testing/context.ts";
import type { CommandContext } from "../verb.ts";
import { openDashboard } from "./serve.ts";

it.each(["0.0.0.0", "192.168.1.20", "::", "trade.example"])("the dashboard is not served on %s", async (host) => {
  const { context } = quietContext("", () => {
    throw new Error("it is refused before anything is read");
  });
  await expect(
    openDashboard(context as unknown as CommandContext, { host, port: 0, demo: false, demoSource: undefined }),
  ).rejects.toMatchObject({ where: "--host", fix: expect.stringContaining("ssh") });
});
