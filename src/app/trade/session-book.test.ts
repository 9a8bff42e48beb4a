import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DAY_MS, exactText, parseTimeframe, SimulatedClock } from "../../core/index.ts";
import { syntheticTape } from "../../market/index.ts";
import {
  ENGINE_DEFAULTS,
  type Entry,
  foldJournal,
  historyEntry,
  JOURNAL_FILE,
  orderStory,
  SqliteJournal,
  sessionEquity,
} from "../../trade/index.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { archiveJournal, SessionArchive } from "./archive.ts";
import { entriesOf, exportJournal, foldedSession, listJournals, sessionTrades, verifyJournalOf } from "./journals.ts";
import { SessionBook } from "./session-book.ts";

const START = Date.UTC(2025, 0, 6);
const BAR = 300_000;
const text = exactText;

const BEGIN: readonly Entry[] = [
  {
    kind: "session",
    id: "paper/one",
    config: {
      ...ENGINE_DEFAULTS,
      mode: "paper",
      strategies: [{ name: "one", symbols: ["BTCUSDT"], barMs: BAR }],
      initialBalance: text("10000"),
      currency: "USDT",
    },
    capabilities: {
      name: "paper",
      live: false,
      attachedBrackets: true,
      protection: "position",
      amend: true,
      postOnly: true,
      shortSelling: true,
      targets: true,
      finalOrdersMs: 86_400_000,
    },
    accountId: "paper",
    instruments: [],
    strategySpec: { model: "one/1" },
    version: "1",
    seed: 1,
  },
  { kind: "started", process: "1" },
];

/** A bar with a fill of an order of its own, bought and sold by turns at prices that differ. */
function bar(count: number): Entry[] {
  const timeMs = START + count * BAR;
  const side = count % 2 === 0 ? "buy" : "sell";
  const last = text(String(100 + (count % 7)));
  const clientOrderId = `c${count}`;
  return [
    { kind: "quote", quote: { symbol: "BTCUSDT", bid: last, ask: last, last, timeMs } },
    { kind: "submitted", clientOrderId, outcome: { outcome: "acknowledged", orderId: `o${count}`, duplicate: false } },
    {
      kind: "broker",
      event: {
        kind: "execution",
        execution: {
          executionId: `e${count}`,
          orderId: `o${count}`,
          clientOrderId,
          symbol: "BTCUSDT",
          side,
          quantity: text("0.1"),
          price: last,
          fee: text("0.01"),
          feeCurrency: "USDT",
          kind: "trade",
          role: "ours",
          maker: false,
          timeMs,
        },
      },
    },
    { kind: "row", strategy: "one", openMs: timeMs, rows: [null], late: false },
  ];
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function place(bars: number, snapshotAfter?: number): { readonly book: SessionBook; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-book-"));
  folders.push(folder);
  const session = join(folder, "state/paper/one");
  mkdirSync(session, { recursive: true });
  const path = join(session, JOURNAL_FILE);
  const journal = new SqliteJournal(path, { durable: false });
  journal.append(BEGIN, START, false);
  for (let count = 0; count < bars; count++) {
    journal.append(bar(count), START + count * BAR, false);
    if (count === snapshotAfter)
      journal.writeSnapshot(JSON.stringify(foldJournal(journal)), journal.lastSeq, START + count * BAR);
  }
  journal.close();
  return { book: new SessionBook(loadConfig({ path: undefined, workingFolder: folder, overrides: [] })), path };
}

describe("a session with a long journal", () => {
  it("shows at once where it stands, and its past once all of it is read", async () => {
    const { book, path } = place(900, 800);
    await book.refresh();
    const journal = new SqliteJournal(path, { readOnly: true });
    const folded = foldJournal(journal);
    journal.close();
    const shown = book.get("paper/one");
    expect(shown?.view).toMatchObject({ equity: sessionEquity(folded), records: folded.seq });
    expect(book.isWhole("paper/one")).toBe(false);
    await book.whole("paper/one");
    expect(book.isWhole("paper/one")).toBe(true);
    const { timeMs, equity } = book.equity("paper/one");
    expect(timeMs).toHaveLength(900);
    expect(equity.at(-1)).toBe(Number(sessionEquity(folded)));
    expect(book.trades("cryptoFutures", "paper")).toHaveLength(450);
    expect(book.get("paper/one")?.view).toEqual(shown?.view);
  });

  it("takes what is appended while its past is read, once and in order", async () => {
    const { book, path } = place(900);
    const journal = new SqliteJournal(path, { durable: false });
    await book.refresh();
    for (let count = 900; count < 920; count++) {
      journal.append(bar(count), START + count * BAR, false);
      await book.refresh();
      expect(book.get("paper/one")?.view.records).toBe(journal.lastSeq);
    }
    journal.close();
    await book.whole();
    await book.refresh();
    expect(book.equity("paper/one").timeMs).toEqual(Array.from({ length: 920 }, (_, count) => START + count * BAR));
    expect(book.trades("cryptoFutures", "paper")).toHaveLength(460);
  });
});

const row = (openMs: number, close: number): Entry => ({
  kind: "row",
  strategy: "one",
  openMs,
  rows: [[1, 3, 0.5, close, 7, 0]],
  late: false,
});

it("a session that takes the folder of one that was put aside is shown as itself", async () => {
  const { book, path } = place(30);
  await book.refresh();
  expect(book.equity("paper/one").timeMs).toHaveLength(30);
  const { path: other } = place(4);
  renameSync(dirname(path), join(dirname(path), "../../earlier"));
  renameSync(dirname(other), dirname(path));
  await book.refresh();
  expect(book.equity("paper/one").timeMs).toHaveLength(4);
  expect(book.trades("cryptoFutures", "paper")).toHaveLength(2);
});

describe("the bars of a session", () => {
  it("are those that it was warmed up on and those that it was given since, each once and in order", async () => {
    const tape = syntheticTape({ seed: 3, bars: 40, timeframe: parseTimeframe("5m"), symbols: ["ETHUSDT", "BTCUSDT"] });
    const { book, path } = place(0);
    const journal = new SqliteJournal(path, { durable: false });
    const lastMs = tape.timeMs[39];
    journal.append([historyEntry("one", tape), row(lastMs, 9), row(lastMs + BAR, 2)], START, false);
    await book.refresh();
    const bars = book.bars("paper/one", "BTCUSDT");
    expect(bars.length, "the last bar of the history came once more").toBe(41);
    expect([...bars.timeMs]).toEqual([...tape.timeMs.subarray(0, 40), lastMs + BAR]);
    expect([...bars.close]).toEqual([...Array.from({ length: 40 }, (_, t) => tape.close[2 * t + 1]), 2]);
    expect(bars.volume.at(-1)).toBe(7);
    expect(book.bars("paper/one", "ETHUSDT").length, "it only looked at this one").toBe(40);
    expect(book.bars("paper/one", "XRPUSDT").length).toBe(0);
    journal.append([row(lastMs + 2 * BAR, 4)], START + BAR, false);
    journal.close();
    await book.refresh();
    expect([...book.bars("paper/one", "BTCUSDT").close.subarray(-2)]).toEqual([2, 4]);
  });

  it("are those of the strategy that began with most, and none that came late", async () => {
    const tape = syntheticTape({ seed: 3, bars: 40, timeframe: parseTimeframe("5m"), symbols: ["BTCUSDT"] });
    const short = syntheticTape({ seed: 3, bars: 40, timeframe: parseTimeframe("5m"), symbols: ["BTCUSDT"] });
    short.timeMs.copyWithin(0, 30, 40);
    short.bars = 10;
    const { book, path } = place(0);
    const journal = new SqliteJournal(path, { durable: false });
    const lastMs = tape.timeMs[39];
    const late = { ...row(lastMs + 2 * BAR, 5), late: true };
    const given = [row(lastMs + BAR, 2), late, row(lastMs + 3 * BAR, 4)];
    journal.append([historyEntry("two", short), historyEntry("one", tape), ...given], START, false);
    journal.close();
    await book.refresh();
    const bars = book.bars("paper/one", "BTCUSDT");
    expect([...bars.timeMs]).toEqual([...tape.timeMs.subarray(0, 40), lastMs + BAR, lastMs + 3 * BAR]);
  });
});

describe("a reading", () => {
  it("never answers with what was so before it was asked for", async () => {
    const { book, path } = place(5);
    await book.refresh();
    const underWay = book.refresh();
    const journal = new SqliteJournal(path, { durable: false });
    journal.append(bar(5), START + 5 * BAR, false);
    const [one, other] = [book.refresh(), book.refresh()];
    expect(one).toBe(other);
    await one;
    expect(book.get("paper/one")?.view.records).toBe(journal.lastSeq);
    journal.close();
    await underWay;
  });
});

describe("the story of an order", () => {
  it("from its own records equals the one from the whole journal, by client id and by the venue's", async () => {
    const { book, path } = place(20);
    const journal = new SqliteJournal(path, { durable: false });
    const decision = { kind: "decision", strategy: "one", closeMs: START, targets: [] } as unknown as Entry;
    journal.append([decision], START, false);
    const [decided, quoted] = [journal.lastSeq, 3];
    const request = { symbol: "BTCUSDT", side: "buy", quantity: "1", type: "market", clientOrderId: "mine" };
    journal.append(
      [
        { kind: "intent", decision: decided, quote: `q${quoted}`, request, clamps: [] } as unknown as Entry,
        {
          kind: "submitted",
          clientOrderId: "mine",
          outcome: { outcome: "acknowledged", orderId: "v1", duplicate: false },
        },
        ...bar(20),
        { kind: "settled", clientOrderId: "mine", status: "cancelled", why: "late" } as unknown as Entry,
      ],
      START,
      false,
    );
    await book.refresh();
    const all = orderStory([...journal.read(0)], "mine");
    journal.close();
    expect(all?.entries.map(({ entry }) => entry.kind)).toEqual([
      "quote",
      "decision",
      "intent",
      "submitted",
      "settled",
    ]);
    expect(book.story("paper/one", "mine")).toEqual(all);
    expect(book.story("paper/one", "v1")).toEqual(all);
    expect(book.story("paper/one", "nobody")).toBeUndefined();
    expect(book.story("paper/two", "mine")).toBeUndefined();
  });
});

/** The state folder's own folder, and a configuration over it. */
function around(path: string) {
  const folder = dirname(dirname(dirname(dirname(path))));
  return { folder, config: loadConfig({ path: undefined, workingFolder: folder, overrides: [] }) };
}

/** After a bar, twice, until nothing is under way. */
async function looked(archive: SessionArchive): Promise<void> {
  archive.look();
  archive.look();
  await archive.settled();
}

describe("a session whose older records are in files", () => {
  it("is exported byte for byte, folded, listed, told and shown as before", async () => {
    const [whole, moved] = [place(60, 50), place(60, 50)];
    const [a, b] = [around(whole.path), around(moved.path)];
    const { context } = quietContext(b.folder, () => b.config);
    const early = foldedSession(b.config, "paper/one");
    const middle = START + 30 * BAR;
    const archived = await archiveJournal(context, "paper/one", middle);
    expect(archived).toMatchObject({ records: 2 + 30 * 4, firstSeq: 2 + 30 * 4 + 1, files: [{ firstSeq: 1 }] });
    expect(await archiveJournal(context, "paper/one", middle)).toMatchObject({ records: 0, files: [] });
    const files = [a, b].map(({ config, folder }) => {
      const { trades, files: written } = exportJournal(config, folder, "paper/one", "out");
      return [trades, ...written.map((file) => readFileSync(file, "utf8"))];
    });
    expect(files[0][0]).toBe(30);
    expect(files[1]).toEqual(files[0]);
    expect(sessionTrades(b.config, "paper/one")).toEqual(sessionTrades(a.config, "paper/one"));
    expect({ ...foldedSession(b.config, "paper/one"), seq: 0 }).toEqual({
      ...foldedSession(a.config, "paper/one"),
      seq: 0,
    });
    expect(early.seq, "read on and not again").toBe(2 + 60 * 4 + 1);
    expect(entriesOf(b.config, "paper/one").slice(0, -1)).toEqual(entriesOf(a.config, "paper/one"));
    // One record more: the one that tells of the file.
    const [[one], [other]] = [listJournals(a.config), listJournals(b.config)];
    expect(other).toEqual({ ...one, records: one.records + 1 });
    expect(verifyJournalOf(b.config, "paper/one").report).toMatchObject({ archives: 1, problems: [] });
    for (const { book } of [whole, moved]) {
      await book.refresh();
      await book.whole();
    }
    expect(moved.book.equity("paper/one")).toEqual(whole.book.equity("paper/one"));
    expect(moved.book.trades("cryptoFutures", "paper")).toEqual(whole.book.trades("cryptoFutures", "paper"));
    expect(moved.book.events("paper/one").slice(0, -1)).toEqual(whole.book.events("paper/one"));
    expect(moved.book.events("paper/one").at(-1)?.text).toMatch(/^records 1 to 122 are in 0+1-0+122-.*parquet now$/);
  });

  it("that runs moves whole days, a batch after a bar, tells each, and says once a day what it could not", async () => {
    const { path } = place(60, 50);
    const journal = new SqliteJournal(path, { durable: false });
    const clock = new SimulatedClock(START + 2 * DAY_MS);
    const told: Entry[] = [];
    const said: string[] = [];
    const session = {
      failure: undefined,
      deliver: (entry: Entry) => {
        told.push(entry);
        journal.append([entry], clock.nowMs(), false);
      },
    };
    const begin = (days: number): SessionArchive =>
      new SessionArchive({ journal, session, clock, days, warn: (line) => said.push(line), most: 100 });
    await looked(begin(0));
    await looked(begin(2));
    expect([told, journal.archived().seq], "nothing of a day that stays").toEqual([[], 0]);
    const archive = begin(1);
    for (let bars = 0; bars < 5; bars++) await looked(archive);
    expect(told).toMatchObject([
      { kind: "archived", firstSeq: 1, lastSeq: 100, by: "engine" },
      { kind: "archived", firstSeq: 101, lastSeq: 200, by: "engine" },
      { kind: "archived", firstSeq: 201, lastSeq: 2 + 51 * 4, by: "engine" },
    ]);
    journal.writeSnapshot(JSON.stringify(foldJournal(journal)), journal.lastSeq, clock.nowMs());
    rmSync(join(dirname(path), "archive"), { recursive: true });
    clock.advance(DAY_MS);
    // The older files are gone: the next one stands beside nothing, and what is there is not touched.
    for (let bars = 0; bars < 3; bars++) await looked(archive);
    expect(told.slice(3)).toMatchObject([{ firstSeq: 2 + 51 * 4 + 1 }]);
    await archive.close();
    clock.advance(DAY_MS);
    journal.writeSnapshot("{}", journal.lastSeq, clock.nowMs());
    const before = journal.archived().seq;
    await looked(archive);
    expect([said, journal.archived().seq], "one that ends begins nothing").toEqual([[], before]);
    rmSync(join(dirname(path), "archive"), { recursive: true });
    writeFileSync(join(dirname(path), "archive"), "no folder");
    const last = begin(1);
    for (let bars = 0; bars < 2; bars++) await looked(last);
    expect(said).toEqual([expect.stringMatching(/^Older records stay in the journal: /)]);
    journal.close();
  });
});
