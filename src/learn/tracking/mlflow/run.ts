/**
 * @file A run on an MLflow server. Finding it before making it is what makes a repeated request harmless: where a reply was
 * lost, the run that was made is found by its tag, and a continued training goes on in the run it began.
 */
import { type JsonRecord, type MlflowClient, MlflowFailure } from "./client.ts";

/** Holds the name under which we know the run. */
const RUN_TAG = "tidemark.run";

export type RunIdentity = {
  readonly experiment: string;
  /** Unique; shown as the run's name too. */
  readonly run: string;
  readonly startMs: number;
};

/** The server's id of the run: of the one that exists, or of a new one. Throws MlflowFailure. */
export async function openRun(client: MlflowClient, identity: RunIdentity, signal: AbortSignal): Promise<string> {
  const experimentId = await openExperiment(client, identity.experiment, signal);
  const found = await client.post(
    "runs/search",
    {
      experiment_ids: [experimentId],
      filter: `tags.\`${RUN_TAG}\` = '${identity.run.replaceAll("'", "_")}'`,
      max_results: 1,
    },
    signal,
  );
  const runs = found["runs"];
  if (Array.isArray(runs) && runs.length > 0) {
    const runId = textAt(runs[0] as JsonRecord, ["info", "run_id"]);
    await client.post("runs/update", { run_id: runId, status: "RUNNING" }, signal);
    return runId;
  }
  const made = await client.post(
    "runs/create",
    {
      experiment_id: experimentId,
      run_name: identity.run,
      start_time: identity.startMs,
      tags: [
        { key: RUN_TAG, value: identity.run.replaceAll("'", "_") },
        { key: "mlflow.source.name", value: "tidemark" },
      ],
    },
    signal,
  );
  return textAt(made, ["run", "info", "run_id"]);
}

async function openExperiment(client: MlflowClient, name: string, signal: AbortSignal): Promise<string> {
  const existing = await findExperiment(client, name, signal);
  if (existing !== undefined) return existing;
  try {
    return textAt(await client.post("experiments/create", { name }, signal), ["experiment_id"]);
  } catch (thrown) {
    // Somebody made it in between, perhaps we with a request whose reply was lost.
    if (!(thrown instanceof MlflowFailure) || thrown.code !== "RESOURCE_ALREADY_EXISTS") throw thrown;
    const made = await findExperiment(client, name, signal);
    if (made === undefined) throw thrown;
    return made;
  }
}

async function findExperiment(client: MlflowClient, name: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const reply = await client.get("experiments/get-by-name", { experiment_name: name }, signal);
    return textAt(reply, ["experiment", "experiment_id"]);
  } catch (thrown) {
    if (thrown instanceof MlflowFailure && thrown.code === "RESOURCE_DOES_NOT_EXIST") return undefined;
    throw thrown;
  }
}

function textAt(json: JsonRecord, path: readonly string[]): string {
  let value: unknown = json;
  for (const key of path) value = typeof value === "object" && value !== null ? (value as JsonRecord)[key] : undefined;
  if (typeof value === "string") return value;
  throw new MlflowFailure(`the reply has no "${path.join(".")}"`, { passing: false });
}
