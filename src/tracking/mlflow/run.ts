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

/** Opens a run; what was found out before a failure is not asked again. */
export class RunOpener {
  readonly #client: MlflowClient;
  readonly #identity: RunIdentity;
  readonly #label: string;
  #experimentId: string | undefined;

  constructor(client: MlflowClient, identity: RunIdentity) {
    this.#client = client;
    this.#identity = identity;
    // A quote would end the text of a search.
    this.#label = identity.run.replaceAll("'", "_");
  }

  /** The server's id of the run: of the one that exists, or of a new one. Throws MlflowFailure. */
  async open(signal: AbortSignal): Promise<string> {
    const client = this.#client;
    this.#experimentId ??= await openExperiment(client, this.#identity.experiment, signal);
    const filter = `tags.\`${RUN_TAG}\` = '${this.#label}'`;
    const search = { experiment_ids: [this.#experimentId], filter, max_results: 1 };
    const { runs } = await client.post("runs/search", search, signal);
    if (Array.isArray(runs) && runs.length > 0) {
      const runId = textAt(runs[0] as JsonRecord, ["info", "run_id"]);
      await client.post("runs/update", { run_id: runId, status: "RUNNING" }, signal);
      return runId;
    }
    const run = {
      experiment_id: this.#experimentId,
      run_name: this.#identity.run,
      start_time: this.#identity.startMs,
      tags: [
        { key: RUN_TAG, value: this.#label },
        { key: "mlflow.source.name", value: "tidemark" },
      ],
    };
    return textAt(await client.post("runs/create", run, signal), ["run", "info", "run_id"]);
  }
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
