/** @file What was judged, the verdict first; and the ways to judge: backtest, walk-forward, stress. */
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import type { Job, Report } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { depth, figure, percent, ratio } from "../lib/format.ts";
import { Percent } from "../parts/amount.tsx";
import { isAtWork, JobLine } from "../parts/job-row.tsx";
import { CommandLine, Page, Panel } from "../parts/panel.tsx";
import { Empty, Failure, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { NewJobButton } from "./new-job.tsx";
import { StandingBadge } from "./strategies.tsx";

type Reported = {
  readonly items: readonly Report[];
  readonly unreadable: readonly { readonly id: string; readonly error: string }[];
};
const JUDGING = new Set(["backtest", "walkforward", "stress"]);

export function Reports(): ReactNode {
  const query = useApi<Reported>("reports", { everyMs: 15_000 });
  const jobs = (useApi<{ readonly items: readonly Job[] }>("jobs", { everyMs: 3_000 }).data?.items ?? []).filter(
    ({ kind }) => JUDGING.has(kind),
  );
  const [, navigate] = useLocation();
  const columns: readonly Column<Report>[] = [
    {
      id: "made",
      title: "Made",
      sort: ({ madeMs }) => madeMs,
      cell: ({ id, madeMs }) => (
        <Link to={`/reports/${id}`}>
          <Moment at={madeMs} />
        </Link>
      ),
    },
    { id: "policy", title: "Of", sort: ({ policy }) => policy.name, cell: ({ policy }) => policy.name },
    {
      id: "verdict",
      title: "Verdict",
      sort: ({ verdict }) => verdict.standing,
      cell: ({ verdict }) => <StandingBadge standing={verdict.standing} />,
    },
    {
      id: "return",
      title: "Return",
      isRight: true,
      sort: ({ policy }) => policy.totalReturn,
      cell: ({ policy }) => <Percent value={policy.totalReturn} />,
    },
    {
      id: "sharpe",
      title: "Sharpe",
      isRight: true,
      sort: ({ policy }) => policy.sharpe,
      cell: ({ policy }) => ratio(policy.sharpe),
    },
    {
      id: "drawdown",
      title: "Drawdown",
      isRight: true,
      isMinor: true,
      sort: ({ policy }) => policy.maxDrawdown,
      cell: ({ policy }) => percent(depth(policy.maxDrawdown)),
    },
    {
      id: "trades",
      title: "Trades",
      isRight: true,
      isMinor: true,
      sort: ({ policy }) => policy.trades,
      cell: ({ policy }) => figure(policy.trades),
    },
    {
      id: "win",
      title: "Win rate",
      isRight: true,
      isMinor: true,
      sort: ({ policy }) => policy.winRate,
      cell: ({ policy }) => percent(policy.winRate),
    },
    {
      id: "market",
      title: "Market",
      isMinor: true,
      cell: ({ symbols, timeframe }) => `${symbols.join(", ")} · ${timeframe}`,
    },
  ];
  return (
    <Page
      title="Reports"
      note="Backtests after every cost, beside their baselines. The verdict comes first."
      actions={
        <>
          <NewJobButton kind="walkforward" label="Walk-forward …" />
          <NewJobButton kind="stress" label="Stress …" />
          <NewJobButton kind="backtest" label="Backtest …" look="primary" />
        </>
      }
    >
      {jobs.length > 0 && (
        <Panel title="Judging" note={`${jobs.filter(isAtWork).length} at work`}>
          {jobs.slice(0, 4).map((job) => (
            <JobLine key={job.id} job={job} />
          ))}
        </Panel>
      )}
      <Loaded query={query} lines={4}>
        {({ items, unreadable }) => (
          <>
            {unreadable.map(({ id, error }) => (
              <Failure key={id} error={new Error(`Report ${id} can't be read: ${error}`)} />
            ))}
            <Panel title="Reports" note={`${items.length}`} isFlush>
              <Table
                label="Reports"
                rows={items}
                columns={columns}
                order={{ column: "made", isDown: true }}
                rowKey={({ id }) => id}
                onOpen={({ id }) => navigate(`/reports/${id}`)}
                empty={
                  <Empty title="Nothing was judged yet">
                    <CommandLine line="tidemark backtest --model MODEL" />
                  </Empty>
                }
              />
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}
