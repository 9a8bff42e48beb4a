/**
 * @file A live session of one symbol for tests of who asks it: the engine itself behind its socket, its journal on disk. Its venue
 * agrees with whatever the engine believes.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { defaultInstrument } from "../../core/index.ts";
import { ENGINE_DEFAULTS, type EngineConfig } from "../engine/config.ts";
import { Desk } from "../engine/testing/desk.ts";
import { JOURNAL_FILE, SqliteJournal } from "../journal/sqlite-journal.ts";
import { type ControlServer, serveControl } from "../session/control.ts";
import { commandsView, ordersView, type SessionView, sessionView } from "../session/view.ts";

type Options = {
  /** Settings of the engine, beside a cap of 500 on all positions. */
  readonly config?: Partial<EngineConfig>;
  /** What its operator said first. */
  readonly begun: "halt" | "resume";
};

export class ServedEngine {
  readonly #folder: string;
  readonly #desk: Desk;
  readonly #journal: SqliteJournal;
  #written = 0;
  #door: ControlServer | undefined;

  /** @param folder of the session; it is made, with the journal in it */
  constructor(folder: string, { config = {}, begun }: Options) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    const caps = { ...ENGINE_DEFAULTS.caps, maxTotalNotional: 500 };
    this.#desk = new Desk({ caps, ...config }, {}, [defaultInstrument("BTCUSDT")]);
    this.#desk.give({ kind: "command", id: "c-begin", by: "cli", from: "terminal", reason: "by hand", command: begun });
    this.#journal = new SqliteJournal(join(folder, JOURNAL_FILE), { durable: false });
    this.#write();
  }

  /** Opens the socket: from now on the session runs, for whoever asks. */
  async open(): Promise<void> {
    this.#door = await serveControl(this.#folder, {
      answer: (request) => {
        const { state } = this.#desk.engine;
        if (request.verb === "status") return this.view();
        if (request.verb === "orders") return ordersView(state);
        if (request.verb === "commands") return commandsView(state);
        if (request.verb !== "command") throw new Error("nobody asks for more here");
        const { id, by, from, reason, order } = request;
        // Nobody asks it to read its settings again, which alone has no place at the socket.
        if (order.command !== "reload") this.#desk.give({ kind: "command", id, by, from, reason, ...order });
        this.#desk.snapshot();
        this.#write();
        return { command: state.commands[id], view: this.view() };
      },
    });
  }

  view(): SessionView {
    return sessionView(this.#desk.engine.state);
  }

  /** As the journal has them, oldest first: "resume by page (reason): done". */
  commands(): string[] {
    return commandsView(this.#desk.engine.state)
      .reverse()
      .map(({ order: { command }, by, reason, status, code }) => {
        const end = code === undefined ? status : `${status} ${code}`;
        return `${command} by ${by} (${reason}): ${end}`;
      });
  }

  async close(): Promise<void> {
    await this.#door?.close();
    this.#journal.close();
  }

  #write(): void {
    this.#journal.append(this.#desk.entries.slice(this.#written), this.#desk.nowMs, true);
    this.#written = this.#desk.entries.length;
  }
}
