/** @file Can a model be believed: leaks, warm-up, bias and drift, each as a job with its verdict. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Job, JobKind, Model } from "../api/contract.ts";
import { ApiError } from "../api/problem.ts";
import { useApi } from "../api/queries.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Inline } from "../parts/field.tsx";
import { isAtWork, JobProgress, JobState } from "../parts/job-row.tsx";
import { Page, Panel } from "../parts/panel.tsx";
import { Empty, Failure, Loaded } from "../parts/states.tsx";
import { Age } from "../parts/time.tsx";
import { NewJobButton } from "./new-job.tsx";
import { ResultView } from "./result-view.tsx";

const CHECKS: readonly { readonly kind: JobKind; readonly title: string; readonly about: string }[] = [
  {
    kind: "verify-leak",
    title: "Leaks",
    about: "Changes what comes later and looks whether a decision before it changes.",
  },
  {
    kind: "verify-warmup",
    title: "Warm-up",
    about: "Begins at different bars and looks whether decisions agree once features are warm.",
  },
  {
    kind: "verify-bias",
    title: "Bias",
    about: "Does it prefer a side, an hour, a session or a regime without a reason.",
  },
  {
    kind: "verify-parity",
    title: "Parity",
    about: "Plays it through the environment that trains, the backtest and the paper engine, fill by fill.",
  },
  { kind: "drift", title: "Drift", about: "Are features and returns still those that it learned from." },
];

export function Checks(): ReactNode {
  const models = useApi<{ readonly items: readonly Model[] }>("models");
  const jobs = useApi<{ readonly items: readonly Job[] }>("jobs", { everyMs: 3_000 }).data?.items ?? [];
  const [wanted, setWanted] = useQueryParam("model");
  return (
    <Loaded query={models} lines={4}>
      {({ items }) => {
        const model = items.find(({ id }) => id === wanted) ?? items[0];
        return (
          <Page
            title="Bias and leaks"
            note="A result that can't be believed is worse than none."
            actions={
              model !== undefined && (
                <Inline label="Model">
                  {(id) => (
                    <select id={id} value={model.id} onChange={(event) => setWanted(event.target.value)}>
                      {items.map((one) => (
                        <option key={one.id}>{one.id}</option>
                      ))}
                    </select>
                  )}
                </Inline>
              )
            }
          >
            {model === undefined ? (
              <Panel title="Checks">
                <Empty title="No model has been trained yet">
                  <Link to="/runs?new=train">Start a training</Link>
                </Empty>
              </Panel>
            ) : (
              <div className="columns">
                {CHECKS.map((check) => (
                  <Check
                    key={check.kind}
                    {...check}
                    model={model.id}
                    job={jobs.find((job) => job.kind === check.kind && job.line.includes(model.name))}
                  />
                ))}
              </div>
            )}
          </Page>
        );
      }}
    </Loaded>
  );
}

function Check({
  kind,
  title,
  about,
  model,
  job,
}: {
  readonly kind: JobKind;
  readonly title: string;
  readonly about: string;
  readonly model: string;
  readonly job: Job | undefined;
}): ReactNode {
  return (
    <Panel title={title} actions={<NewJobButton kind={kind} model={model} label="Check …" />}>
      <div className="stack" style={{ gap: 10 }}>
        <p className="soft">{about}</p>
        {job === undefined ? (
          <p className="muted">Not checked from here yet.</p>
        ) : (
          <>
            <div className="row">
              <JobState state={job.state} />
              <Link to={`/jobs?job=${encodeURIComponent(job.id)}`}>
                <Age at={job.startedMs} />
              </Link>
            </div>
            {isAtWork(job) && <JobProgress job={job} />}
            {job.error !== null && <Failure error={new ApiError(0, job.error)} />}
            {job.state === "done" && <Result id={job.id} kind={kind} />}
          </>
        )}
      </div>
    </Panel>
  );
}

function Result({ id, kind }: { readonly id: string; readonly kind: JobKind }): ReactNode {
  const query = useApi<{ readonly result: unknown }>(`jobs/${id}`);
  return <ResultView kind={kind} result={query.data?.result} />;
}
