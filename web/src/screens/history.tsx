/** @file Closed trades in eight tables, asset class by mode: totals over the whole filter come from the server. */
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { ask } from "../api/client.ts";
import type { History as HistoryData, Trade } from "../api/contract.ts";
import { useApi, useColumns } from "../api/queries.ts";
import { HeatMap } from "../charts/heat-map.tsx";
import { binsOf, Histogram } from "../charts/histogram.tsx";
import { announce } from "../lib/announce.ts";
import { csvOf, saveText } from "../lib/csv.ts";
import { exact, money, number, percent, span } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Amount } from "../parts/amount.tsx";
import { Button } from "../parts/button.tsx";
import { Inline } from "../parts/field.tsx";
import { Page, Panel, Stat, Tabs } from "../parts/panel.tsx";
import { parseOrder } from "../parts/sorting.ts";
import { Empty, Loaded, Loading } from "../parts/states.tsx";
import { StoryDrawer } from "../parts/story-drawer.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { CLASS_NAMES, className } from "../shell/standing.ts";
import { profitByTime } from "./profit-by-time.ts";

const LineChart = lazy(async () => ({ default: (await import("../charts/line-chart.tsx")).LineChart }));
const MODES = ["paper", "live"] as const;
const MOST_ROWS = 1_000;

/** What the server calls the columns of the table. */
const SERVER_NAMES: Readonly<Record<string, string>> = {
  exit: "exitMs",
  symbol: "symbol",
  side: "side",
  quantity: "quantity",
  entry: "entryPrice",
  exitPrice: "exitPrice",
  profit: "netProfit",
  fees: "fees",
  funding: "funding",
  reason: "exitReason",
  model: "model",
};

function serverOrder(word: string | null): { readonly sort?: string; readonly order?: "asc" | "desc" } {
  const order = parseOrder(word, Object.keys(SERVER_NAMES));
  return order === undefined ? {} : { sort: SERVER_NAMES[order.column], order: order.isDown ? "desc" : "asc" };
}

export function History(): ReactNode {
  const [kind] = useQueryParam("of");
  const [symbol, setSymbol] = useQueryParam("symbol");
  const [order, setOrder] = useQueryParam("order");
  const [wanted = "", mode = ""] = (kind ?? "").split(".");
  const assetClass = wanted in CLASS_NAMES ? wanted : "cryptoFutures";
  const shownMode = mode === "live" ? "live" : "paper";
  const path = `history/${assetClass}/${shownMode}`;
  const [sort] = useQueryParam("sort");
  const filter = { symbol: symbol?.toUpperCase(), limit: MOST_ROWS };
  const whole = useApi<HistoryData>(path, { params: filter, everyMs: 15_000 });
  // Where there are more trades than are shown, their order is the server's: the best of all, not of the newest.
  const isLonger = whole.data !== undefined && whole.data.nextCursor !== null;
  const params = isLonger ? { ...filter, ...serverOrder(sort) } : filter;
  const query = useApi<HistoryData>(path, { params, everyMs: 15_000 });
  const tabs = MODES.flatMap((one) =>
    Object.keys(CLASS_NAMES).map((key) => ({ to: `/history?of=${key}.${one}`, label: `${className(key)} ${one}` })),
  );
  const download = async (): Promise<void> => {
    const rows: Trade[] = [];
    let cursor: string | null = null;
    do {
      const part: HistoryData = await ask<HistoryData>(path, { ...params, cursor });
      rows.push(...part.items);
      cursor = part.nextCursor;
    } while (cursor !== null);
    saveText(`trades-${assetClass}-${shownMode}.csv`, csvOf(rows));
    announce(`${rows.length} trades were saved.`);
  };
  return (
    <Page
      title="History"
      note="Closed trades, from flat to flat, with everything that was paid."
      actions={
        <>
          <Inline label="Symbol">
            {(id) => (
              <input
                id={id}
                value={symbol ?? ""}
                size={12}
                placeholder="all"
                onChange={(event) => setSymbol(event.target.value)}
              />
            )}
          </Inline>
          <Button onClick={() => void download()}>CSV</Button>
        </>
      }
    >
      <Tabs label="Asset class and mode" current={`/history?of=${assetClass}.${shownMode}`} tabs={tabs} />
      <Loaded query={query} lines={4}>
        {(history) => (
          <>
            <Totals history={history} />
            <Equity assetClass={assetClass} mode={shownMode} trades={history.items} />
            <Spread trades={history.items} />
            <Panel
              title="Trades"
              note={`${number(history.totals.trades, 0)} in all${history.nextCursor === null ? "" : `, the newest ${history.items.length} shown`}`}
              isFlush
            >
              <TradeTable history={history} onWhy={setOrder} />
            </Panel>
            {order !== null && <StoryOf trades={history.items} order={order} onClose={() => setOrder(null)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Totals({ history }: { readonly history: HistoryData }): ReactNode {
  const { totals, currency } = history;
  return (
    <div className="tiles">
      <Stat
        label="Profit, after everything"
        value={<Amount value={totals.profit} currency={currency} />}
        note={`${totals.trades} trades`}
      />
      <Stat
        label="Fees"
        value={money(totals.fees, currency)}
        note={
          <>
            funding <Amount value={totals.funding} />
          </>
        }
      />
      <Stat label="Win rate" value={percent(totals.winRate)} note="trades with a profit above zero" />
      <Stat
        label="Expectancy"
        value={totals.expectancy === null ? "–" : <Amount value={totals.expectancy} currency={currency} />}
        note="profit of a trade on average"
      />
    </div>
  );
}

function Equity({
  assetClass,
  mode,
  trades,
}: {
  assetClass: string;
  mode: string;
  trades: readonly Trade[];
}): ReactNode {
  const query = useColumns(`equity/${assetClass}/${mode}`, { everyMs: 30_000 });
  const drawdown = useMemo(() => query.data?.["drawdown"]?.map((share) => 100 * share) ?? [], [query.data]);
  if (query.data === undefined || (query.data["timeMs"]?.length ?? 0) < 2) return null;
  const columns = query.data;
  const marks = trades.slice(0, 400).map((trade) => ({
    x: trade.exitMs,
    label: trade.symbol,
    kind: trade.side === "long" ? ("sell" as const) : ("buy" as const),
  }));
  return (
    <Panel
      title="Equity"
      note={
        "hold" in columns
          ? "beside holding the same symbols from the same start, without costs, and doing nothing; triangles mark exits"
          : "with the budget of its asset class; triangles mark exits"
      }
    >
      <Suspense fallback={<Loading />}>
        <LineChart
          label="Equity with budget"
          x={columns["timeMs"]}
          places={2}
          together="equity"
          marks={marks}
          curves={[
            { label: "equity", values: columns["equity"], kind: "area" },
            ...("hold" in columns
              ? [
                  { label: "holding", values: columns["hold"], color: 3 },
                  { label: "nothing", values: columns["flat"], color: 7, isDashed: true },
                ]
              : []),
            ...("budget" in columns ? [{ label: "budget", values: columns["budget"], color: 2, isDashed: true }] : []),
          ]}
        />
        <LineChart
          label="Drawdown"
          x={columns["timeMs"]}
          height={110}
          places={2}
          together="equity"
          curves={[{ label: "drawdown, %", values: drawdown, kind: "area", color: 6 }]}
        />
      </Suspense>
    </Panel>
  );
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const HOURS = Array.from({ length: 12 }, (_, at) => `${String(at * 2).padStart(2, "0")}h`);

/** How profits are spread, and when they were made (UTC). */
function Spread({ trades }: { readonly trades: readonly Trade[] }): ReactNode {
  if (trades.length < 10) return null;
  const cells = profitByTime(trades);
  return (
    <div className="columns">
      <Panel title="Profits" note="of a trade">
        <Histogram
          label="Profits of the trades"
          bins={binsOf(
            trades.map(({ netProfit }) => Number(netProfit)),
            24,
          )}
        />
      </Panel>
      <Panel title="When" note="profit by weekday and hour of the exit, UTC">
        <HeatMap
          label="Profit by weekday and hour"
          rows={WEEKDAYS}
          columns={HOURS}
          valueAt={(row, column) => cells[row][column]}
          format={(value) => number(value, Math.abs(value) < 10 ? 1 : 0)}
        />
      </Panel>
    </div>
  );
}

function StoryOf({
  trades,
  order,
  onClose,
}: {
  trades: readonly Trade[];
  order: string;
  onClose: () => void;
}): ReactNode {
  const session = trades.find(({ orders }) => orders.includes(order))?.session;
  return session === undefined ? null : <StoryDrawer session={session} order={order} onClose={onClose} />;
}

function TradeTable({
  history,
  onWhy,
}: {
  readonly history: HistoryData;
  readonly onWhy: (order: string) => void;
}): ReactNode {
  const { totals } = history;
  const columns: readonly Column<Trade>[] = [
    {
      id: "exit",
      title: "Closed",
      sort: ({ exitMs }) => exitMs,
      cell: ({ exitMs }) => <Moment at={exitMs} />,
      total: "All",
    },
    { id: "symbol", title: "Symbol", sort: ({ symbol }) => symbol, cell: ({ symbol }) => symbol },
    {
      id: "side",
      title: "Side",
      sort: ({ side }) => side,
      cell: ({ side }) => (
        <span className={side === "long" ? "up" : "down"}>{side === "long" ? "▲ long" : "▼ short"}</span>
      ),
    },
    {
      id: "quantity",
      title: "Quantity",
      isRight: true,
      isMinor: true,
      sort: ({ quantity }) => quantity,
      cell: ({ quantity }) => exact(quantity),
    },
    {
      id: "entry",
      title: "Entry",
      isRight: true,
      isMinor: true,
      sort: ({ entryPrice }) => entryPrice,
      cell: ({ entryPrice }) => exact(entryPrice),
    },
    {
      id: "exitPrice",
      title: "Exit",
      isRight: true,
      isMinor: true,
      sort: ({ exitPrice }) => exitPrice,
      cell: ({ exitPrice }) => exact(exitPrice),
    },
    {
      id: "profit",
      title: `Profit (${history.currency})`,
      isRight: true,
      sort: ({ netProfit }) => netProfit,
      cell: ({ netProfit }) => <Amount value={netProfit} />,
      total: <Amount value={totals.profit} />,
    },
    {
      id: "fees",
      title: "Fees",
      isRight: true,
      sort: ({ fees }) => fees,
      cell: ({ fees }) => number(fees, 2),
      total: number(totals.fees, 2),
    },
    {
      id: "funding",
      title: "Funding",
      isRight: true,
      isMinor: true,
      sort: ({ funding }) => funding,
      cell: ({ funding }) => <Amount value={funding} />,
      total: <Amount value={totals.funding} />,
    },
    {
      id: "held",
      title: "Held",
      isRight: true,
      isMinor: true,
      sort: ({ entryMs, exitMs }) => exitMs - entryMs,
      cell: ({ entryMs, exitMs }) => span(exitMs - entryMs),
    },
    { id: "reason", title: "Closed by", sort: ({ exitReason }) => exitReason, cell: ({ exitReason }) => exitReason },
    { id: "model", title: "Model", isMinor: true, sort: ({ model }) => model, cell: ({ model }) => model },
    {
      id: "why",
      title: "Why",
      cell: ({ orders, symbol }) =>
        orders.length === 0 ? null : (
          <Button kind="link" aria-label={`Why ${symbol} was traded`} onClick={() => onWhy(orders[0])}>
            Why
          </Button>
        ),
    },
  ];
  return (
    <Table
      label="Closed trades"
      rows={history.items}
      columns={columns}
      order={{ column: "exit", isDown: true }}
      isOrderedByServer={history.nextCursor !== null}
      rowKey={(trade) => `${trade.session} ${trade.symbol} ${trade.entryMs}`}
      empty={
        <Empty
          title={`No ${className(history.assetClass).toLowerCase()} trade was closed ${history.mode === "live" ? "live" : "on paper"}`}
        >
          <p>A trade appears here when its position is flat again.</p>
        </Empty>
      }
    />
  );
}
