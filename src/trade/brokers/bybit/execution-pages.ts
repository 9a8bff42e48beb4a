/**
 * @file Executions after a cursor ("time:0" is a month ago). The venue's list is by time and may lag, so every page reaches back over the end of the
 * one before and leaves out what was told already; after a restart that is told again rather than left out.
 */
import { TidemarkError } from "../../../core/index.ts";
import type { BybitAccount, ExecutionRow } from "../../../venues/index.ts";
import type { ExecutionPage } from "../../broker.ts";
import { brokerExecution } from "./translate.ts";

/** How late an execution may appear in the list. */
const LAG_MS = 60_000;
const DAY_MS = 86_400_000;
/** The venue keeps executions for two years. */
const OLDEST_MS = 730 * DAY_MS;
/** What a beginning without a time means. */
const USUAL_MS = 30 * DAY_MS;
const WEEK_MS = 604_800_000;

export class ExecutionPages {
  readonly #account: BybitAccount;
  /** Ids that were told, by the time of their execution. */
  readonly #told = new Map<string, number>();

  constructor(account: BybitAccount) {
    this.#account = account;
  }

  /** The executions of the first week after the cursor that has any. */
  async since(cursor: string): Promise<ExecutionPage> {
    const nowMs = Math.ceil(this.#account.rest.venueNowMs()) + 1000;
    const asked = timeOf(cursor);
    const fromMs = Math.max(asked, nowMs - (asked === 0 ? USUAL_MS : OLDEST_MS));
    for (let weekMs = fromMs - LAG_MS; weekMs <= nowMs; weekMs += WEEK_MS) {
      const rows = await this.#account.executions(weekMs, Math.min(nowMs, weekMs + WEEK_MS - 1));
      const fresh = rows.filter(({ execId }) => !this.#told.has(execId)).sort(byTime);
      if (fresh.length > 0) return this.#page(fresh);
    }
    return { executions: [], cursor };
  }

  #page(rows: readonly ExecutionRow[]): ExecutionPage {
    const lastMs = Math.max(...rows.map(({ execTime }) => execTime));
    for (const { execId, execTime } of rows) this.#told.set(execId, execTime);
    for (const [id, timeMs] of this.#told) if (timeMs < lastMs - 2 * LAG_MS) this.#told.delete(id);
    return { executions: rows.map(brokerExecution), cursor: `time:${lastMs}` };
  }
}

/** In the order of time, and of the venue's sequence within one millisecond. */
function byTime(a: ExecutionRow, b: ExecutionRow): number {
  return a.execTime - b.execTime || a.seq - b.seq;
}

function timeOf(cursor: string): number {
  const match = /^time:(\d{1,15})$/.exec(cursor);
  if (match !== null) return Number(match[1]);
  throw new TidemarkError("DATA_FORMAT", { what: `"${cursor.slice(0, 40)}" is no cursor of executions at Bybit` });
}
