/** @file Is all well: in five seconds whether it is live, what it earned today, what is held, and what needs a human. */
import { lazy, type ReactNode, Suspense } from "react";
import { Link } from "wouter";
import type { Overview as OverviewData, Session } from "../api/contract.ts";
import { useApi, useColumns } from "../api/queries.ts";
import { useEvents } from "../api/stream.ts";
import { Amount, Ticking } from "../parts/amount.tsx";
import { isAtWork, JobLine } from "../parts/job-row.tsx";
import { Badge, CommandLine, Page, Panel, Stat } from "../parts/panel.tsx";
import { PositionTable } from "../parts/position-table.tsx";
import { ModeBadge, StatusBadge } from "../parts/session-badge.tsx";
import { Empty, Loaded, Loading } from "../parts/states.tsx";
import { Moment } from "../parts/time.tsx";
import { className } from "../shell/standing.ts";

const LineChart = lazy(async () => ({ default: (await import("../charts/line-chart.tsx")).LineChart }));
const EVENTS_SHOWN = 8;

export function Overview(): ReactNode {
  const query = useApi<OverviewData>("overview", { everyMs: 5_000 });
  return (
    <Page title="Overview">
      <Loaded query={query} lines={4}>
        {(overview) => <Content overview={overview} />}
      </Loaded>
    </Page>
  );
}

function Content({ overview }: { readonly overview: OverviewData }): ReactNode {
  const { cells, attention, sessions } = overview;
  const running = sessions.filter((session) => session.running);
  const jobs = overview.jobs.filter(isAtWork);
  const recent = overview.jobs.filter((job) => !isAtWork(job)).slice(0, 3);
  return (
    <>
      <Attention items={attention} />
      {cells.length > 0 && (
        <div className="tiles">
          {cells.map((cell) => (
            <Stat
              key={`${cell.assetClass} ${cell.mode}`}
              label={`${className(cell.assetClass)} · ${cell.mode}`}
              value={<Ticking value={cell.equity} currency={cell.currency} />}
              note={
                <>
                  <Amount value={cell.dayProfit} /> today · {cell.positions} held
                  {cell.naked > 0 && <span className="down"> · {cell.naked} without a stop</span>}
                </>
              }
            />
          ))}
        </div>
      )}
      {cells.length > 0 && <Equity cell={cells[0]} />}
      <div className="columns">
        <Panel title="Sessions" note={`${running.length} running`}>
          {sessions.length === 0 ? (
            <Empty title="No session has traded yet">
              <p>A paper session trades a model on the local or a real venue's prices, with no money.</p>
              <CommandLine line="tidemark paper --model MODEL" />
            </Empty>
          ) : (
            sessions.slice(0, 6).map((session) => <SessionLine key={session.id} session={session} />)
          )}
        </Panel>
        <Panel title="At work" note={jobs.length === 0 ? "nothing runs" : `${jobs.length} running`}>
          {jobs.length + recent.length === 0 ? (
            <Empty title="No job has run yet">
              <p>
                <Link to="/runs?new=train">Start a training</Link> or <Link to="/data">fetch candles</Link>.
              </p>
            </Empty>
          ) : (
            [...jobs, ...recent].map((job) => <JobLine key={job.id} job={job} />)
          )}
        </Panel>
      </div>
      <Panel title="Open positions" isFlush>
        <PositionTable positions={running.flatMap(({ positions }) => positions)} sessions={running} />
      </Panel>
      <RecentEvents />
    </>
  );
}

function Equity({ cell }: { readonly cell: OverviewData["cells"][number] }): ReactNode {
  const { assetClass, mode } = cell;
  const columns = useColumns(`equity/${assetClass}/${mode}`, { everyMs: 30_000 }).data;
  if (columns === undefined || (columns["timeMs"]?.length ?? 0) < 2) return null;
  return (
    <Panel
      title="Equity"
      note={`${className(assetClass)}, ${mode}`}
      actions={<Link to={`/history?of=${assetClass}.${mode}`}>History</Link>}
    >
      <Suspense fallback={<Loading />}>
        <LineChart
          label={`Equity of ${className(assetClass)}, ${mode}`}
          x={columns["timeMs"]}
          height={170}
          places={2}
          curves={[{ label: "equity", values: columns["equity"], kind: "area" }]}
        />
      </Suspense>
    </Panel>
  );
}

function Attention({ items }: { readonly items: OverviewData["attention"] }): ReactNode {
  if (items.length === 0) {
    return (
      <p className="row">
        <Badge kind="good">✓ all is well</Badge> <span className="muted">Nothing needs you.</span>
      </p>
    );
  }
  return (
    <Panel title="Needs you" note={`${items.length}`}>
      <ul className="stack" style={{ gap: 8 }}>
        {items.map((item) => (
          <li key={item.what} className="row">
            <Badge kind={item.level === "bad" ? "bad" : "warn"}>{item.level === "bad" ? "! now" : "soon"}</Badge>
            <strong>{item.what}</strong>
            <span className="soft">{item.fix}</span>
            {item.link !== null && <Link to={item.link}>Open</Link>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function SessionLine({ session }: { readonly session: Session }): ReactNode {
  return (
    <div className="row spread" style={{ padding: "6px 0" }}>
      <div className="row">
        <ModeBadge mode={session.mode} />
        <Link to={`/positions?session=${encodeURIComponent(session.id)}`}>{session.name}</Link>
        <span className="muted">
          {session.model}, {session.timeframe}
        </span>
      </div>
      <div className="row">
        <span title="Profit of the day">
          <Amount value={session.dayProfit} currency={session.currency} />
        </span>
        <StatusBadge session={session} />
      </div>
    </div>
  );
}

function RecentEvents(): ReactNode {
  const events = useEvents();
  const shown = events.filter(({ level }) => level !== "info").slice(-EVENTS_SHOWN);
  if (shown.length === 0) return null;
  return (
    <Panel title="Lately" actions={<Link to="/journal">Journal</Link>}>
      <ul className="stack" style={{ gap: 4 }}>
        {[...shown].reverse().map((event) => (
          <li key={`${event.session} ${event.seq}`} className="row" style={{ fontSize: 13 }}>
            <span className="muted">
              <Moment at={event.atMs} precision="second" />
            </span>
            <span className={event.level === "bad" ? "down" : event.level === "warn" ? "warn" : ""}>{event.text}</span>
            <span className="muted">{event.session}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
