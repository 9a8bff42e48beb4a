/** @file Is the history complete: every stored series with its range, gaps and findings, and the jobs that bring more. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { DataSet, Job } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { bytes, number, percent } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { isAtWork, JobLine } from "../parts/job-row.tsx";
import { Badge, CommandLine, Facts, Page, Panel, Stat } from "../parts/panel.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { CoverageCalendar } from "./coverage.tsx";
import css from "./data.module.css";
import { NewJobButton } from "./new-job.tsx";

type Stored = { readonly root: string; readonly items: readonly DataSet[] };

export function keyOf({ venue, symbol, kind, timeframe }: DataSet): string {
  return [venue, symbol, kind, timeframe].join(" ");
}

/** Share of the bars of its range that are there. */
export function coverage({ bars, missingBars }: DataSet): number {
  return bars + missingBars === 0 ? 0 : bars / (bars + missingBars);
}

export function Data(): ReactNode {
  const query = useApi<Stored>("data", { everyMs: 15_000 });
  const jobs = (useApi<{ readonly items: readonly Job[] }>("jobs", { everyMs: 3_000 }).data?.items ?? []).filter(
    ({ kind }) => kind === "fetch" || kind === "data-check",
  );
  const [open, setOpen] = useQueryParam("series");
  return (
    <Page
      title="Data"
      note={query.data === undefined ? undefined : query.data.root}
      actions={
        <>
          <NewJobButton kind="data-check" label="Check quality …" />
          <NewJobButton kind="fetch" label="Fetch candles …" look="primary" />
        </>
      }
    >
      {jobs.length > 0 && (
        <Panel title="Fetching and checking" note={`${jobs.filter(isAtWork).length} at work`}>
          {jobs.slice(0, 3).map((job) => (
            <JobLine key={job.id} job={job} />
          ))}
        </Panel>
      )}
      <Loaded query={query} lines={4}>
        {({ items }) => (
          <>
            <Summary items={items} />
            <Panel title="Series" isFlush>
              <Sets items={items} onOpen={(set) => setOpen(keyOf(set))} />
            </Panel>
            {items
              .filter((set) => keyOf(set) === open)
              .map((set) => (
                <SetDrawer key={keyOf(set)} set={set} onClose={() => setOpen(null)} />
              ))}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Summary({ items }: { readonly items: readonly DataSet[] }): ReactNode {
  if (items.length === 0) return null;
  const bars = items.reduce((sum, set) => sum + set.bars, 0);
  const missing = items.reduce((sum, set) => sum + set.missingBars, 0);
  const damaged = items.filter(({ damage }) => damage !== null).length;
  return (
    <div className="tiles">
      <Stat label="Series" value={items.length} note={`${new Set(items.map(({ symbol }) => symbol)).size} symbols`} />
      <Stat label="Bars" value={number(bars, 0)} note={bytes(items.reduce((sum, set) => sum + set.bytes, 0))} />
      <Stat
        label="Missing"
        value={number(missing, 0)}
        note={`${percent(bars + missing === 0 ? 0 : missing / (bars + missing), 3)} of all`}
        tone={missing > 0 ? "warn" : ""}
      />
      <Stat label="Damaged" value={damaged} tone={damaged > 0 ? "down" : ""} />
    </div>
  );
}

/** Where a series lies on the line from the first to the last moment of all. */
function Range({
  set,
  fromMs,
  toMs,
}: {
  readonly set: DataSet;
  readonly fromMs: number;
  readonly toMs: number;
}): ReactNode {
  const width = Math.max(1, toMs - fromMs);
  const left = ((set.firstMs - fromMs) / width) * 100;
  const share = ((set.lastMs - set.firstMs) / width) * 100;
  return (
    <div className={css["range"]} role="img" aria-label={`${percent(coverage(set), 2)} of its bars are there`}>
      <div
        className={`${css["span"]} ${set.missingBars > 0 ? css["holes"] : ""}`}
        style={{ marginLeft: `${left}%`, width: `${Math.max(1, share)}%` }}
      />
    </div>
  );
}

function Sets({
  items,
  onOpen,
}: {
  readonly items: readonly DataSet[];
  readonly onOpen: (set: DataSet) => void;
}): ReactNode {
  const fromMs = Math.min(...items.map(({ firstMs }) => firstMs));
  const toMs = Math.max(...items.map(({ lastMs }) => lastMs));
  const columns: readonly Column<DataSet>[] = [
    {
      id: "symbol",
      title: "Symbol",
      sort: ({ symbol }) => symbol,
      cell: (set) => (
        <Button kind="link" onClick={() => onOpen(set)}>
          {set.symbol}
        </Button>
      ),
    },
    { id: "timeframe", title: "Bars of", sort: ({ timeframe }) => timeframe, cell: ({ timeframe }) => timeframe },
    { id: "venue", title: "Venue", sort: ({ venue }) => venue, cell: ({ venue, kind }) => `${venue} ${kind}` },
    { id: "range", title: "Range", isMinor: true, cell: (set) => <Range set={set} fromMs={fromMs} toMs={toMs} /> },
    {
      id: "first",
      title: "First",
      isMinor: true,
      sort: ({ firstMs }) => firstMs,
      cell: ({ firstMs }) => <Moment at={firstMs} precision="day" />,
    },
    { id: "last", title: "Last", sort: ({ lastMs }) => lastMs, cell: ({ lastMs }) => <Moment at={lastMs} /> },
    { id: "bars", title: "Bars", isRight: true, sort: ({ bars }) => bars, cell: ({ bars }) => number(bars, 0) },
    {
      id: "missing",
      title: "Missing",
      isRight: true,
      sort: ({ missingBars }) => missingBars,
      cell: ({ missingBars, gaps }) =>
        missingBars === 0 ? (
          "none"
        ) : (
          <span className="warn">
            {number(missingBars, 0)} in {gaps}
          </span>
        ),
    },
    {
      id: "state",
      title: "State",
      cell: ({ damage, findings, synthetic }) => (
        <span className="row" style={{ flexWrap: "nowrap" }}>
          {damage !== null ? (
            <Badge kind="bad">damaged</Badge>
          ) : findings.length > 0 ? (
            <Badge kind="warn">{findings.length === 1 ? "1 finding" : `${findings.length} findings`}</Badge>
          ) : (
            <Badge kind="good">✓ sound</Badge>
          )}
          {synthetic && <Badge kind="warn">made up</Badge>}
        </span>
      ),
    },
  ];
  return (
    <Table
      label="Stored series"
      rows={items}
      columns={columns}
      order={{ column: "symbol", isDown: false }}
      rowKey={keyOf}
      onOpen={onOpen}
      empty={
        <Empty title="No candles are stored yet" action={<NewJobButton kind="fetch" label="Fetch candles …" />}>
          <CommandLine line="tidemark fetch --symbols BTCUSDT --timeframe 1h" />
        </Empty>
      }
    />
  );
}

function SetDrawer({ set, onClose }: { readonly set: DataSet; readonly onClose: () => void }): ReactNode {
  const guess = (name: string, value: string | number | null): ReactNode => (
    <>
      {value ?? "–"} {set.guessed.includes(name) && <Badge kind="warn">guessed</Badge>}
    </>
  );
  return (
    <Dialog title={`${set.symbol} ${set.timeframe}`} shape="drawer" onClose={onClose}>
      {set.damage !== null && <p className="down">{set.damage}</p>}
      <Facts
        rows={[
          ["Venue", `${set.venue}, ${set.kind}`],
          [
            "Range",
            <span key="range">
              <Moment at={set.firstMs} /> to <Moment at={set.lastMs} />
            </span>,
          ],
          ["Bars", `${number(set.bars, 0)}, ${percent(coverage(set), 3)} of the range`],
          ["Gaps", `${set.gaps}, ${number(set.missingBars, 0)} bars`],
          ["Funding stamps", number(set.fundingStamps, 0)],
          ["Mark prices", `${number(set.markBars, 0)} bars`],
          ["On disk", bytes(set.bytes)],
          ["Quote", guess("quote", set.quote)],
          ["Tick", guess("tickSize", set.tickSize)],
          ["Lot", guess("lotStep", set.lotStep)],
          ["Taker fee", guess("takerFeeBps", set.takerFeeBps === null ? null : `${set.takerFeeBps} bps`)],
          ["Leverage", guess("maxLeverage", set.maxLeverage)],
        ]}
      />
      <h3>Coverage</h3>
      <CoverageCalendar set={set} />
      <h3>Findings</h3>
      {set.findings.length === 0 ? (
        <p className="muted">None at the last check.</p>
      ) : (
        <ul className="stack" style={{ gap: 4 }}>
          {set.findings.map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
      <Link to={`/market?symbol=${encodeURIComponent(set.symbol)}`}>See its prices</Link>
      <CommandLine line="tidemark data check" />
    </Dialog>
  );
}
