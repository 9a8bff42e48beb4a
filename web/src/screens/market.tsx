/** @file Prices with what was done there: fills, stops and targets, and the decisions of a session. */
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { Link } from "wouter";
import { useCandles } from "../api/candles.ts";
import type { AssetClass, DataSet, Decision, History, Position, Session } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import type { PriceLine } from "../charts/price-chart.tsx";
import { exact, number } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Inline } from "../parts/field.tsx";
import { Badge, CommandLine, Page, Panel } from "../parts/panel.tsx";
import { Empty, Failure, Loaded, Loading } from "../parts/states.tsx";
import { StoryDrawer } from "../parts/story-drawer.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { DecisionDrawer } from "./decision-drawer.tsx";
import { marksOf } from "./marks.ts";

const PriceChart = lazy(async () => ({ default: (await import("../charts/price-chart.tsx")).PriceChart }));

function keyOf(set: DataSet): string {
  return [set.venue, set.symbol, set.kind, set.timeframe].join("|");
}

export function Market(): ReactNode {
  const data = useApi<{ readonly items: readonly DataSet[] }>("data");
  const sessions = useApi<{ readonly items: readonly Session[] }>("sessions", { everyMs: 5_000 });
  return (
    <Loaded query={data} lines={4}>
      {({ items }) =>
        items.length === 0 ? (
          <Page title="Market">
            <Panel title="Prices">
              <Empty title="No candles are stored yet">
                <p>
                  <Link to="/data">Fetch them</Link>, or:
                </p>
                <CommandLine line="tidemark fetch --symbols BTCUSDT --timeframe 1h" />
              </Empty>
            </Panel>
          </Page>
        ) : (
          <Chosen sets={items} sessions={sessions.data?.items ?? []} />
        )
      }
    </Loaded>
  );
}

function Chosen({
  sets,
  sessions,
}: {
  readonly sets: readonly DataSet[];
  readonly sessions: readonly Session[];
}): ReactNode {
  const [wanted, setWanted] = useQueryParam("set");
  const [symbol] = useQueryParam("symbol");
  const [order, setOrder] = useQueryParam("order");
  const set = sets.find((one) => keyOf(one) === wanted) ?? sets.find((one) => one.symbol === symbol) ?? sets[0];
  const session =
    sessions.find((one) => one.symbols.includes(set.symbol) && one.running) ??
    sessions.find((one) => one.symbols.includes(set.symbol));
  const position = session?.positions.find((one) => one.symbol === set.symbol);
  const assetClass: AssetClass | undefined = position?.assetClass ?? session?.assetClasses[0];
  const history = useApi<History>(`history/${assetClass}/${session?.mode}`, {
    params: { symbol: set.symbol, limit: 500 },
    isOn: session !== undefined && assetClass !== undefined,
  });
  const { query, columns } = useCandles(set);
  const bars = useMemo(
    () =>
      columns === undefined
        ? undefined
        : {
            openMs: columns["timeMs"],
            open: columns["open"],
            high: columns["high"],
            low: columns["low"],
            close: columns["close"],
            volume: columns["volume"],
          },
    [columns],
  );
  const marks = useMemo(() => marksOf(history.data, columns?.["timeMs"]), [history.data, columns]);
  const lines = useMemo(() => linesOf(position), [position]);
  const last = bars?.close.at(-1);
  return (
    <Page
      title={set.symbol}
      note={
        <>
          {set.venue}, {set.kind}, {set.timeframe}
          {last !== undefined && <> · last close {exact(Number(last.toPrecision(8)))}</>}{" "}
          {set.synthetic && <Badge kind="warn">made-up prices</Badge>}
        </>
      }
      actions={
        <Inline label="Series">
          {(id) => (
            <select id={id} value={keyOf(set)} onChange={(event) => setWanted(event.target.value)}>
              {sets.map((one) => (
                <option key={keyOf(one)} value={keyOf(one)}>
                  {one.symbol} {one.timeframe} ({one.venue} {one.kind})
                </option>
              ))}
            </select>
          )}
        </Inline>
      }
    >
      <Panel
        title="Price"
        note={`${number(bars?.openMs.length ?? 0, 0)} bars loaded${query.isFetchingNextPage ? ", earlier ones are coming" : ""}`}
        actions={
          position !== undefined && (
            <span className="soft">
              held {exact(position.quantity)} at {exact(position.entryPrice)}
            </span>
          )
        }
      >
        {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
        {bars === undefined ? (
          <Loading lines={4} />
        ) : (
          <Suspense fallback={<Loading lines={4} />}>
            <PriceChart
              key={keyOf(set)}
              label={`Price of ${set.symbol}`}
              bars={bars}
              marks={marks}
              lines={lines}
              onEarlier={() => {
                if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
              }}
              onMark={setOrder}
            />
          </Suspense>
        )}
      </Panel>
      {session !== undefined && <Decisions session={session} symbol={set.symbol} />}
      {order !== null && session !== undefined && (
        <StoryDrawer session={session.id} order={order} onClose={() => setOrder(null)} />
      )}
    </Page>
  );
}

function linesOf(position: Position | undefined): PriceLine[] {
  if (position === undefined) return [];
  const { entryPrice, stopPrice, targetPrice } = position;
  return [
    { price: Number(entryPrice), label: "entry", kind: "entry" },
    ...(stopPrice === null ? [] : [{ price: Number(stopPrice), label: "stop", kind: "stop" as const }]),
    ...(targetPrice === null ? [] : [{ price: Number(targetPrice), label: "target", kind: "target" as const }]),
  ];
}

function Decisions({ session, symbol }: { readonly session: Session; readonly symbol: string }): ReactNode {
  const query = useApi<{ readonly items: readonly Decision[] }>(`sessions/${session.id}/decisions`, {
    params: { symbol, limit: 100 },
    everyMs: 10_000,
  });
  const [open, setOpen] = useQueryParam("decision");
  const shown = query.data?.items.find(({ seq }) => String(seq) === open);
  const columns: readonly Column<Decision>[] = [
    {
      id: "close",
      title: "Close",
      sort: ({ closeMs }) => closeMs,
      cell: ({ closeMs, seq }) => (
        <Button kind="link" onClick={() => setOpen(String(seq))}>
          <Moment at={closeMs} />
        </Button>
      ),
    },
    {
      id: "target",
      title: "Wants",
      isRight: true,
      cell: ({ targets }) => {
        const target = targets.find((one) => one.symbol === symbol);
        return target === undefined ? "nothing" : exact(target.quantity);
      },
    },
    {
      id: "regime",
      title: "Regime",
      isMinor: true,
      cell: ({ targets }) => targets.find((one) => one.symbol === symbol)?.regime ?? "–",
    },
    {
      id: "outcome",
      title: "What became of it",
      isWrapped: true,
      cell: ({ outcomes }) => {
        const own = outcomes.filter((one) => one.symbol === symbol || one.symbol === "");
        return own.length === 0 ? (
          <span className="muted">nothing had to be done</span>
        ) : (
          own.map(({ kind, code, text }) => (
            <div key={`${kind} ${code} ${text}`}>
              <Badge kind={kind === "denied" || kind === "dropped" ? "warn" : "plain"}>
                {code === "" ? kind : code}
              </Badge>{" "}
              {text}
            </div>
          ))
        );
      },
    },
  ];
  return (
    <>
      <Panel title="Decisions" note={`${session.id}, newest first`} isFlush>
        <Loaded query={query}>
          {({ items }) => (
            <Table
              label="Decisions"
              rows={items}
              columns={columns}
              orderName="decisions"
              rowKey={({ seq }) => String(seq)}
              onOpen={({ seq }) => setOpen(String(seq))}
              empty={<Empty title="No decision on this symbol yet" />}
            />
          )}
        </Loaded>
      </Panel>
      {shown !== undefined && <DecisionDrawer decision={shown} onClose={() => setOpen(null)} />}
    </>
  );
}
