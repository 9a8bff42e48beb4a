/** @file One training: does it learn, is it healthy, does it overfit, how does it behave. */
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { Link, useParams } from "wouter";
import type { Columns, Job, RunDetail } from "../api/contract.ts";
import { useApi, useColumns } from "../api/queries.ts";
import type { Curve } from "../charts/line-chart.tsx";
import { smooth } from "../charts/smoothing.ts";
import { figure, number, percent, span } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { Inline } from "../parts/field.tsx";
import { isAtWork } from "../parts/job-row.tsx";
import { Badge, Bar, Page, Panel, Stat } from "../parts/panel.tsx";
import { Empty, Loaded, Loading } from "../parts/states.tsx";
import { useStopJob } from "./jobs.tsx";
import { lampsOf } from "./lamps.ts";
import { RunState } from "./runs.tsx";

const LineChart = lazy(async () => ({ default: (await import("../charts/line-chart.tsx")).LineChart }));

type View = {
  readonly title: string;
  readonly note: string;
  readonly names: readonly string[];
  readonly isSmooth?: boolean;
};

/** Pictures in the order in which one asks, each with the curves that answer. */
const VIEWS: readonly View[] = [
  {
    title: "Return",
    note: "of an episode, in the simulator with all costs",
    names: ["rollout/episodeReturn"],
    isSmooth: true,
  },
  {
    title: "Reward",
    note: "training beside validation: apart means overfitting",
    names: ["rollout/meanReward", "validation/meanReward"],
    isSmooth: true,
  },
  {
    title: "Policy",
    note: "KL and clipped share: is an update the right size",
    names: ["policy/approximateKl", "policy/clipFraction"],
  },
  { title: "Entropy", note: "does it still try something", names: ["policy/entropy", "policy/sizeEntropy"] },
  { title: "Critic", note: "explained variance: is the advantage worth anything", names: ["value/explainedVariance"] },
  { title: "Losses", note: "of policy and value", names: ["loss/policy", "loss/value"], isSmooth: true },
  { title: "Update", note: "gradient norm and learning rate", names: ["update/gradientNorm", "update/learningRate"] },
  {
    title: "Costs",
    note: "fees as a share of equity, costs as a share of gains",
    names: ["rollout/feeShare", "rollout/costShare"],
    isSmooth: true,
  },
  { title: "Speed", note: "steps a second", names: ["speed/stepsPerSecond"] },
];

export function RunScreen(): ReactNode {
  const { id = "" } = useParams();
  const query = useApi<RunDetail>(`runs/${encodeURIComponent(id)}`, { everyMs: 3_000 });
  return (
    <Loaded query={query} lines={4}>
      {(run) => <Content run={run} />}
    </Loaded>
  );
}

function Content({ run }: { readonly run: RunDetail }): ReactNode {
  const isRunning = run.state === "training";
  const metrics = useColumns(`runs/${encodeURIComponent(run.id)}/metrics`, isRunning ? { everyMs: 2_500 } : {});
  const jobs = useApi<{ readonly items: readonly Job[] }>("jobs", { everyMs: 2_000 }).data?.items ?? [];
  const job = jobs.find((one) => isAtWork(one) && one.kind === "train");
  const stop = useStopJob();
  const share = run.steps === null || run.totalSteps === null || run.totalSteps === 0 ? 0 : run.steps / run.totalSteps;
  const speed = Array.from(metrics.data?.["speed/stepsPerSecond"] ?? []).findLast((value) => !Number.isNaN(value));
  const left =
    speed === undefined || run.totalSteps === null || run.steps === null
      ? null
      : ((run.totalSteps - run.steps) / speed) * 1_000;
  return (
    <Page
      title={run.id}
      note={`${run.encoder ?? ""} · ${run.symbols.join(", ")} · ${run.timeframe ?? ""}`}
      actions={
        <>
          <RunState state={run.state} />
          <Link to={`/compare?runs=${encodeURIComponent(run.id)}`}>Compare</Link>
          {isRunning && job !== undefined && (
            <Button disabled={job.state !== "running"} onClick={() => void stop(job)}>
              Stop cleanly
            </Button>
          )}
          {run.model !== null && run.finished && <Link to={`/models/${run.model.split("/")[0]}`}>Model</Link>}
        </>
      }
    >
      <div className="tiles">
        <Stat
          label="Steps"
          value={number(run.steps, 0)}
          note={run.totalSteps === null ? undefined : `of ${number(run.totalSteps, 0)}, ${percent(share, 0)}`}
        />
        <Stat
          label="Speed"
          value={speed === undefined ? "–" : `${number(speed, 0)}/s`}
          note={isRunning && left !== null ? `${span(left)} left` : undefined}
        />
        <Stat
          label="Return of an episode"
          value={lastOf(metrics.data, "rollout/episodeReturn")}
          note="the newest update"
        />
        <Stat
          label="Validation reward"
          value={lastOf(metrics.data, "validation/meanReward")}
          note="on bars that it doesn't learn from"
        />
      </div>
      <Bar share={share} label="Steps done" />
      <Loaded query={metrics} lines={4}>
        {(columns) => (
          <>
            <Lamps columns={columns} share={share} run={run} />
            <Views columns={columns} />
          </>
        )}
      </Loaded>
      <Settings run={run} />
    </Page>
  );
}

/** Shares of the actions over all symbols: one at 1 is a policy that has collapsed. */
function behaviourOf(columns: Columns): View {
  const names = Object.keys(columns).filter((name) => /^actions\/[^/]+$/.test(name));
  return { title: "Behavior", note: "share of each action: one alone means that it has collapsed", names };
}

function lastOf(columns: Columns | undefined, name: string): string {
  const value = Array.from(columns?.[name] ?? []).findLast((one) => !Number.isNaN(one));
  return figure(value);
}

function Lamps({
  columns,
  share,
  run,
}: {
  readonly columns: Columns;
  readonly share: number;
  readonly run: RunDetail;
}): ReactNode {
  const target = Number(run.settings["training.targetKl"] ?? run.settings["training.target_kl"] ?? 0);
  const lamps = lampsOf(columns, share, Number.isFinite(target) ? target : 0);
  return (
    <Panel title="Health" note="each lamp with its rule">
      <ul className="tiles">
        {lamps.map(({ name, state, text, rule }) => (
          <li key={name}>
            <Badge kind={state === "good" ? "good" : state === "off" ? "plain" : state}>
              {state === "good" ? "✓" : state === "off" ? "…" : "!"} {name}
            </Badge>
            <div style={{ fontSize: 13 }}>{text}</div>
            <div className="muted" style={{ fontSize: 12 }}>
              {rule}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** A curve's name without its group; validation keeps it, since training has a curve of that name. */
function shortName(name: string): string {
  const [group, ...rest] = name.split("/");
  return group === "validation" ? `validation ${rest.join(" ")}` : rest.join(" ");
}

function Views({ columns }: { readonly columns: Columns }): ReactNode {
  const [weight, setWeight] = useState("0.6");
  const [isLog, setLog] = useState(false);
  const steps = columns["step"];
  const views = useMemo(
    () =>
      [...VIEWS, behaviourOf(columns)]
        .map((view) => ({ ...view, names: view.names.filter((name) => name in columns) }))
        .filter(({ names }) => names.length > 0),
    [columns],
  );
  if (steps === undefined || steps.length === 0)
    return (
      <Panel title="Curves">
        <Empty title="No update is finished yet" />
      </Panel>
    );
  return (
    <>
      <div className="row">
        <Inline label="Smoothing">
          {(id) => (
            <>
              <input
                id={id}
                type="range"
                min="0"
                max="0.98"
                step="0.02"
                value={weight}
                onChange={(event) => setWeight(event.target.value)}
              />
              <span className="muted">{Number(weight).toFixed(2)}</span>
            </>
          )}
        </Inline>
        <Inline label="Logarithmic">
          {(id) => <input id={id} type="checkbox" checked={isLog} onChange={(event) => setLog(event.target.checked)} />}
        </Inline>
      </div>
      <div className="columns">
        {views.map((view) => (
          <Panel key={view.title} title={view.title} note={view.note}>
            <Suspense fallback={<Loading />}>
              <LineChart
                label={view.title}
                x={steps}
                axis="number"
                height={190}
                together="run"
                isLog={
                  isLog && view.names.every((name) => columns[name].every((value) => Number.isNaN(value) || value > 0))
                }
                curves={view.names.flatMap((name, index): Curve[] =>
                  view.isSmooth === true
                    ? [
                        { label: `${shortName(name)}, raw`, values: columns[name], kind: "faint", color: index },
                        { label: shortName(name), values: smooth(columns[name], Number(weight)), color: index },
                      ]
                    : [{ label: shortName(name), values: columns[name], color: index }],
                )}
              />
            </Suspense>
          </Panel>
        ))}
      </div>
    </>
  );
}

function Settings({ run }: { readonly run: RunDetail }): ReactNode {
  const entries = Object.entries(run.settings);
  if (entries.length === 0) return null;
  return (
    <Panel title="Settings" note={`${entries.length}`}>
      <details>
        <summary>All of them</summary>
        <dl className="mono" style={{ columns: "320px", marginTop: 8 }}>
          {entries.map(([key, value]) => (
            <div key={key} style={{ breakInside: "avoid" }}>
              <dt style={{ display: "inline" }} className="muted">
                {key}
              </dt>{" "}
              <dd style={{ display: "inline" }}>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </Panel>
  );
}
