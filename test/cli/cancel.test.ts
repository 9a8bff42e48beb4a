/**
 * `tidemark cancel` from the command line to the venue and back: through the engine's socket, its journal and Bybit's own
 * client to a local venue. Whatever it can't do is refused with its code, and nothing else happens.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  commandsView,
  JOURNAL_FILE,
  ordersView,
  SqliteJournal,
  serveControl,
  sessionView,
} from "../../src/trade/index.ts";
import { VenueSession } from "../../src/trade/testing/venue-session.ts";
import { commandLine, temporaryFolder } from "./cli.ts";

let own: VenueSession;
let home: ReturnType<typeof temporaryFolder>;
let door: Awaited<ReturnType<typeof serveControl>>;

async function begin(category: "linear" | "spot"): Promise<void> {
  own = await VenueSession.begin({ category });
  const folder = join(home.path, "state", "live", "test");
  mkdirSync(folder, { recursive: true });
  // Its records are in memory; that there is a session is told by its file.
  new SqliteJournal(join(folder, JOURNAL_FILE), { durable: false }).close();
  door = await serveControl(folder, {
    answer: (request) => {
      const { state } = own.session.engine;
      if (request.verb === "orders") return ordersView(state);
      if (request.verb === "commands") return commandsView(state);
      if (request.verb !== "command" || request.order.command === "reload") return sessionView(state);
      const { order, verb: _, ...given } = request;
      return { command: own.session.command(order, given), view: sessionView(state) };
    },
  });
}

beforeEach(() => {
  home = temporaryFolder();
  writeFileSync(join(home.path, "tidemark.toml"), "");
});
afterEach(async () => {
  await door.close();
  await own.close();
  home[Symbol.dispose]();
});

const cancel = (id: string, reason = "by hand") =>
  commandLine(["cancel", id, "--reason", reason, "--json"], { cwd: home.path });
const cancels = () =>
  [...own.journal.read(0)].flatMap(({ entry }) =>
    entry.kind === "command" || entry.kind === "commandEnd" || entry.kind === "cancelled"
      ? [entry.kind]
      : entry.kind === "cancelling"
        ? [`cancelling: ${entry.reason}`]
        : [],
  );

describe("tidemark cancel", () => {
  test("takes an order away at the venue, and the journal has the command, the request and both ends", async () => {
    await begin("spot");
    await own.want("0.1", 0.1);
    const target = own.state.live.find((id) => id.endsWith("_t")) ?? "";
    // The stop fills, and the engine's own cancels of the target are lost: it stands there without a holding.
    own.place.control({ action: "fault", rule: { kind: "drop-request", on: "/v5/order/cancel", times: 1 } });
    await own.price("94");
    await own.settle();
    expect(await own.standing()).toEqual(["target 110.1 0.0999"]);
    const before = cancels().length;
    const { code, stdout, stderr } = await cancel(target);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ command: { status: "done", reason: "by hand" } });
    expect(await own.standing()).toEqual([]);
    expect(own.state.orders[target].life).toBe("cancelled");
    await own.settle();
    // The venue's push and its reply come in either order.
    const [told, asked, ...ends] = cancels().slice(before);
    expect([told, asked, ends.sort()]).toEqual(["command", "cancelling: ordered", ["cancelled", "commandEnd"]]);
    const again = await cancel(target);
    expect([again.code, again.stderr]).toEqual([expect.any(Number), expect.stringContaining("COMMAND_REFUSED")]);
    expect(again.stderr).toContain("the order is cancelled already");
  });

  test("leaves what protects a holding, and what it does not know, and says so", async () => {
    await begin("spot");
    await own.want("0.1", 0.1);
    const standing = await own.standing();
    const audit = own.audit();
    const stop = own.state.live.find((id) => id.endsWith("_s")) ?? "";
    const protects = await cancel(stop);
    expect(protects.code).not.toBe(0);
    expect(protects.stderr).toContain("COMMAND_REFUSED");
    expect(protects.stderr).toContain("it protects BTCUSDT: change its stop or target, or close it");
    const unknown = await cancel("never-sent");
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr).toContain("there is no order never-sent");
    expect([await own.standing(), own.audit()]).toEqual([standing, audit]);
  });

  test("of an order that the venue had filled first is refused, and what was filled is booked", async () => {
    await begin("linear");
    own.place.control({ action: "fault", rule: { kind: "drop-push", on: "private", times: 20 } });
    await own.want("0.1");
    const [id] = own.state.live;
    expect([own.state.orders[id].life, own.held]).toEqual(["working", "0"]);
    own.place.control({ action: "clear" });
    const { code, stderr } = await cancel(id);
    expect(code).not.toBe(0);
    expect(stderr).toContain("the order was filled first");
    expect(own.held).toBe("0.1");
  });

  test("where no engine runs is told as that", async () => {
    await begin("linear");
    await door.close();
    const { code, stderr } = await cancel("any");
    expect(code).not.toBe(0);
    expect(stderr).toContain("ENGINE_NOT_RUNNING");
  });
});
