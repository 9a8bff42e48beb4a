/** @file Prices with what was done there: fills, stops and targets, and the decisions of a session. */
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { Link } from "wouter";
import { barMsOf, keyOfSeries, lengthsOf, useCandles } from "../api/candles.ts";
import type { AssetClass, Decision, History, Position, Series, Session } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import type { PriceLine } from "../charts/price-chart.tsx";
import { lanesOf, tintsOf } from "../charts/shades.ts";
import { exact, number } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Inline, Segments } from "../parts/field.tsx";
import { Badge, CommandLine, Page, Panel } from "../parts/panel.tsx";
import { Empty, Failure, Loaded, Loading } from "../parts/states.tsx";
import { StoryDrawer } from "../parts/story-drawer.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { DecisionDrawer } from "./decision-drawer.tsx";
import { studiesOf } from "./indicator-names.ts";
import { IndicatorChooser, useIndicators } from "./indicators.tsx";
import { marksOf } from "./marks.ts";
import { ShadeChooser, useShades } from "./shade-chooser.tsx";

const PriceChart = lazy(async () => ({ default: (await import("../charts/price-chart.tsx")).PriceChart }));

function titleOf({ session, venue, symbol, kind, timeframe }: Series): string {
  return session === null
    ? `${symbol} ${timeframe} · stored, ${venue} ${kind}`
    : `${symbol} ${timeframe} · ${session.id}${session.running ? "" : ", ended"}`;
}

export function Market(): ReactNode {
  const series = useApi<{ readonly items: readonly Series[] }>("series", { everyMs: 4_000 });
  const sessions = useApi<{ readonly items: readonly Session[] }>("sessions", { everyMs: 5_000 });
  return (
    <Loaded query={series} lines={4}>
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
          <Chosen all={items} sessions={sessions.data?.items ?? []} />
        )
      }
    </Loaded>
  );
}

function Chosen({
  all,
  sessions,
}: {
  readonly all: readonly Series[];
  readonly sessions: readonly Session[];
}): ReactNode {
  const [wanted, setWanted] = useQueryParam("set");
  const [symbol] = useQueryParam("symbol");
  const [length, setLength] = useQueryParam("bars");
  const [order, setOrder] = useQueryParam("order");
  const series = all.find((one) => keyOfSeries(one) === wanted) ?? all.find((one) => one.symbol === symbol) ?? all[0];
  const session =
    sessions.find(({ id }) => id === series.session?.id) ??
    sessions.find((one) => one.symbols.includes(series.symbol) && one.running) ??
    sessions.find((one) => one.symbols.includes(series.symbol));
  const lengths = lengthsOf(series);
  const timeframe = length !== null && lengths.includes(length) ? length : series.timeframe;
  return (
    <Page
      title={series.symbol}
      note={
        <>
          {series.session === null ? (
            `stored candles, ${series.venue}, ${series.kind}`
          ) : (
            <>
              as {series.session.id} had it{series.session.running && ", live"}
            </>
          )}{" "}
          {series.synthetic === true && <Badge kind="warn">made-up prices</Badge>}
        </>
      }
      actions={
        <Inline label="Series">
          {(id) => (
            <select id={id} value={keyOfSeries(series)} onChange={(event) => setWanted(event.target.value)}>
              {all.map((one) => (
                <option key={keyOfSeries(one)} value={keyOfSeries(one)}>
                  {titleOf(one)}
                </option>
              ))}
            </select>
          )}
        </Inline>
      }
    >
      <Prices
        // Another session that takes the name begins elsewhere.
        key={`${keyOfSeries(series)} ${series.firstMs} ${timeframe}`}
        series={series}
        timeframe={timeframe}
        session={session}
        onMark={setOrder}
        bars={
          lengths.length > 1 && (
            <Segments
              label="Length of a bar"
              value={timeframe}
              choices={lengths.map((value) => ({ value, label: value }))}
              onChange={(value) => setLength(value === series.timeframe ? null : value)}
            />
          )
        }
      />
      {session !== undefined && <Decisions session={session} symbol={series.symbol} />}
      {order !== null && session !== undefined && (
        <StoryDrawer session={session.id} order={order} onClose={() => setOrder(null)} />
      )}
    </Page>
  );
}

function Prices({
  series,
  timeframe,
  session,
  bars: lengths,
  onMark,
}: {
  readonly series: Series;
  readonly timeframe: string;
  readonly session: Session | undefined;
  /** The choice of a bar's length. */
  readonly bars: ReactNode;
  readonly onMark: (order: string) => void;
}): ReactNode {
  const { symbol } = series;
  const position = session?.positions.find((one) => one.symbol === symbol);
  const assetClass: AssetClass | undefined = position?.assetClass ?? session?.assetClasses[0];
  const history = useApi<History>(`history/${assetClass}/${session?.mode}`, {
    params: { symbol, session: session?.id, limit: 500 },
    isOn: session !== undefined && assetClass !== undefined,
    everyMs: 10_000,
  });
  const chosen = useIndicators();
  const shades = useShades();
  const asked = shades.shown.includes("regimes") ? [...chosen.names, "regime"] : chosen.names;
  const { query, columns, lines: drawn, linesFailed } = useCandles(series, timeframe, asked);
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
  const { known } = chosen;
  const names = chosen.names.join(",");
  const studies = useMemo(() => studiesOf(names === "" ? [] : names.split(","), known, drawn), [names, known, drawn]);
  const barMs = barMsOf(timeframe);
  const hours = shades.shown.includes("sessions") ? shades.sessions : undefined;
  const openMs = columns?.["timeMs"];
  const lanes = useMemo(
    () => (openMs === undefined || hours === undefined ? [] : lanesOf(openMs, barMs, hours)),
    [openMs, barMs, hours],
  );
  const tints = useMemo(() => (openMs === undefined ? [] : tintsOf(openMs, barMs, drawn)), [openMs, barMs, drawn]);
  return (
    <Panel
      title="Price"
      note={`${number(bars?.openMs.length ?? 0, 0)} bars loaded${query.isFetchingNextPage ? ", earlier ones are coming" : ""}`}
      actions={
        <>
          {position !== undefined && (
            <span className="soft">
              held {exact(position.quantity)} from {exact(Number(Number(position.entryPrice).toPrecision(8)))}
            </span>
          )}
          {lengths}
        </>
      }
    >
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      <div className="row spread">
        <IndicatorChooser {...chosen} />
        <ShadeChooser {...shades} />
      </div>
      {linesFailed !== null && <Failure error={linesFailed} />}
      {tints.length === 0 && "regime.up" in drawn && (
        <p className="muted">No regime is sure yet: the first takes some 500 bars before it.</p>
      )}
      {bars === undefined ? (
        <Loading lines={4} />
      ) : (
        <Suspense fallback={<Loading lines={4} />}>
          <PriceChart
            label={`Price of ${symbol}`}
            bars={bars}
            marks={marks}
            lines={lines}
            studies={studies}
            lanes={lanes}
            tints={tints}
            onEarlier={() => {
              if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
            }}
            onMark={onMark}
          />
        </Suspense>
      )}
    </Panel>
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
