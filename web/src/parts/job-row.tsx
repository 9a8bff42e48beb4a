/** @file One job: what, how far, how long still, and the way to its log. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Job } from "../api/contract.ts";
import { NONE, number, span } from "../lib/format.ts";
import { Badge, type BadgeKind, Bar } from "./panel.tsx";
import { Age } from "./time.tsx";

const KINDS: Readonly<Record<Job["state"], BadgeKind>> = {
  running: "accent",
  stopping: "warn",
  done: "good",
  failed: "bad",
  stopped: "plain",
  lost: "bad",
};

const JOB_NAMES: Readonly<Record<string, string>> = {
  train: "Training",
  tune: "Study",
  backtest: "Backtest",
  walkforward: "Walk-forward",
  stress: "Stress test",
  fetch: "Fetching",
  paper: "Paper session",
  doctor: "Doctor",
  "data-check": "Data check",
  drift: "Drift",
  "verify-leak": "Leak check",
  "verify-warmup": "Warm-up check",
  "verify-bias": "Bias check",
  "verify-parity": "Parity check",
};

export function jobName(kind: string): string {
  return JOB_NAMES[kind] ?? kind;
}

export function isAtWork(job: Job): boolean {
  return job.state === "running" || job.state === "stopping";
}

export function JobState({ state }: { readonly state: Job["state"] }): ReactNode {
  return <Badge kind={KINDS[state]}>{state}</Badge>;
}

function rateText(perSecond: number): string {
  return perSecond < 0.5 ? `${number(60 * perSecond, 1)}/min` : `${number(perSecond, perSecond < 10 ? 1 : 0)}/s`;
}

export function JobProgress({ job }: { readonly job: Job }): ReactNode {
  const { progress } = job;
  if (progress === null) return <span className="muted">{isAtWork(job) ? "begun" : NONE}</span>;
  const { done, total, unit, rate, etaMs, label } = progress;
  // What is done is whole, whatever its last word was.
  const share = total === null || total === 0 ? null : job.state === "done" ? 1 : done / total;
  const facts = [
    job.state === "done" && total !== null
      ? `${number(total, 0)} ${unit}`
      : `${number(done, 0)}${total === null ? "" : ` of ${number(total, 0)}`} ${unit}`,
    ...(rate === null || !isAtWork(job) ? [] : [rateText(rate)]),
    ...(etaMs === null || !isAtWork(job) ? [] : [`${span(etaMs)} left`]),
  ];
  return (
    <div className="grow" style={{ minWidth: 150 }}>
      {share !== null && <Bar share={share} label={`${jobName(job.kind)}: ${label}`} />}
      <span className="muted" style={{ fontSize: 12 }}>
        {facts.join(" · ")}
      </span>
    </div>
  );
}

export function JobLine({ job }: { readonly job: Job }): ReactNode {
  return (
    <div className="row grow" style={{ padding: "6px 0" }}>
      <div style={{ width: 140 }}>
        <Link to={`/jobs?job=${encodeURIComponent(job.id)}`}>{jobName(job.kind)}</Link>{" "}
        <div className="muted" style={{ fontSize: 12 }}>
          <Age at={job.startedMs} />
        </div>
      </div>
      <JobProgress job={job} />
      <JobState state={job.state} />
    </div>
  );
}
