/** @file Long work: what runs and ran, its log as it grows, and the clean stop. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { ask, tell } from "../api/client.ts";
import type { Job } from "../api/contract.ts";
import { ApiError, problemOf } from "../api/problem.ts";
import { useApi } from "../api/queries.ts";
import { announce } from "../lib/announce.ts";
import { every } from "../lib/clock.ts";
import { span } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { isAtWork, JobProgress, JobState, jobName } from "../parts/job-row.tsx";
import { CommandLine, Facts, Page, Panel } from "../parts/panel.tsx";
import { Empty, Failure, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Age, Moment } from "../parts/time.tsx";
import css from "./jobs.module.css";
import { NewJobButton } from "./new-job.tsx";
import { ResultView } from "./result-view.tsx";

export function useStopJob(): (job: Job) => Promise<void> {
  const client = useQueryClient();
  return async (job) => {
    try {
      await tell(`jobs/${job.id}/stop`);
      announce(`${jobName(job.kind)} is stopping: it saves itself first.`);
    } catch (thrown) {
      announce(problemOf(thrown).what, true);
    }
    void client.invalidateQueries();
  };
}

export function Jobs(): ReactNode {
  const query = useApi<{ readonly items: readonly Job[] }>("jobs", { everyMs: 2_000 });
  const [open, setOpen] = useQueryParam("job");
  const stop = useStopJob();
  const columns: readonly Column<Job>[] = [
    {
      id: "kind",
      title: "Work",
      sort: ({ kind }) => kind,
      cell: (job) => (
        <Button kind="link" onClick={() => setOpen(job.id)}>
          {jobName(job.kind)}
        </Button>
      ),
    },
    { id: "state", title: "State", sort: ({ state }) => state, cell: ({ state }) => <JobState state={state} /> },
    { id: "progress", title: "Progress", isWrapped: true, cell: (job) => <JobProgress job={job} /> },
    {
      id: "started",
      title: "Began",
      sort: ({ startedMs }) => startedMs,
      cell: ({ startedMs }) => <Age at={startedMs} />,
    },
    {
      id: "took",
      title: "Took",
      isRight: true,
      isMinor: true,
      sort: ({ startedMs, endedMs }) => (endedMs === null ? null : endedMs - startedMs),
      cell: ({ startedMs, endedMs }) => (endedMs === null ? "–" : span(endedMs - startedMs)),
    },
    { id: "by", title: "By", isMinor: true, sort: ({ by }) => by, cell: ({ by }) => by },
    {
      id: "stop",
      title: "",
      cell: (job) =>
        job.state === "running" ? (
          <Button small onClick={() => void stop(job)} aria-label={`Stop ${jobName(job.kind)}`}>
            Stop
          </Button>
        ) : null,
    },
  ];
  return (
    <Page
      title="Jobs"
      note="Long work runs in processes of its own: it outlives this page and the server."
      actions={
        <>
          <NewJobButton kind="doctor" label="Run doctor" />
          <NewJobButton kind="train" label="Start a training …" look="primary" />
        </>
      }
    >
      <Loaded query={query} lines={4}>
        {({ items }) => (
          <>
            <Panel title="All" note={`${items.filter(isAtWork).length} at work`} isFlush>
              <Table
                label="Jobs"
                rows={items}
                columns={columns}
                order={{ column: "started", isDown: true }}
                rowKey={({ id }) => id}
                onOpen={({ id }) => setOpen(id)}
                empty={<Empty title="No job has run yet" />}
              />
            </Panel>
            {open !== null && <JobDrawer id={open} onClose={() => setOpen(null)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function JobDrawer({ id, onClose }: { readonly id: string; readonly onClose: () => void }): ReactNode {
  const query = useApi<{ readonly job: Job; readonly result: unknown }>(`jobs/${id}`, { everyMs: 2_000 });
  const stop = useStopJob();
  return (
    <Dialog title={query.data === undefined ? "Job" : jobName(query.data.job.kind)} shape="drawer" onClose={onClose}>
      <Loaded query={query}>
        {({ job, result }) => (
          <>
            <div className="row spread">
              <JobState state={job.state} />
              {job.state === "running" && <Button onClick={() => void stop(job)}>Stop cleanly</Button>}
            </div>
            <JobProgress job={job} />
            {job.error !== null && <Failure error={new ApiError(0, job.error)} />}
            <Facts
              rows={[
                ["Began", <Moment key="began" at={job.startedMs} precision="second" />],
                [
                  "Ended",
                  job.endedMs === null ? "not yet" : <Moment key="ended" at={job.endedMs} precision="second" />,
                ],
                ["By", job.by],
                ...Object.entries(job.progress?.figures ?? {}),
              ]}
            />
            <CommandLine line={job.line} />
            <Log id={id} isLive={isAtWork(job)} />
            {result !== null && result !== undefined && (
              <section className="stack" style={{ gap: 8 }} aria-label="Result">
                <h3>Result</h3>
                <ResultView kind={job.kind} result={result} />
              </section>
            )}
            {result !== null && result !== undefined && (
              <details>
                <summary>Result as JSON</summary>
                <pre className={css["log"]} tabIndex={0}>
                  {JSON.stringify(result, null, 2)}
                </pre>
              </details>
            )}
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

const MOST_LOG = 200_000;

/** Follows the end of the log while it is looked at there. */
export function Log({ id, isLive }: { readonly id: string; readonly isLive: boolean }): ReactNode {
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>();
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    let next = 0;
    let isAsking = false;
    const gone = new AbortController();
    const more = async (): Promise<void> => {
      if (isAsking || document.hidden) return;
      isAsking = true;
      try {
        const part = await ask<{ text: string; next: number }>(`jobs/${id}/log`, { after: next }, gone.signal);
        if (part.text !== "") setText((before) => (before + part.text).slice(-MOST_LOG));
        next = part.next;
        setError(undefined);
      } catch (thrown) {
        if (!gone.signal.aborted) setError(thrown);
      } finally {
        isAsking = false;
      }
    };
    setText("");
    void more();
    const end = isLive ? every(1_500, () => void more()) : undefined;
    return () => {
      gone.abort();
      end?.();
    };
  }, [id, isLive]);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
    if (isAtEnd) element.scrollTop = element.scrollHeight;
  }, [text]);
  return (
    <section aria-label="Log">
      <h3>Log</h3>
      {error !== undefined && <Failure error={error} />}
      <pre className={css["log"]} ref={box} tabIndex={0}>
        {text === "" ? "Nothing was said yet." : text}
      </pre>
    </section>
  );
}
