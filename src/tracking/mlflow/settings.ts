/** @file Where the MLflow server is and who we are to it, from the environment variables that MLflow's own clients read. */
import { TidemarkError } from "../../core/index.ts";

export type MlflowSettings = {
  /** Without credentials, query or a slash at its end. May be shown. */
  readonly url: string;
  /** The Authorization header. Never shown, never logged. */
  readonly authorization: string | undefined;
  readonly experiment: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Undefined where MLFLOW_TRACKING_URI is not set. MLFLOW_TRACKING_TOKEN wins over MLFLOW_TRACKING_USERNAME with
 * MLFLOW_TRACKING_PASSWORD, and both over a name and password in the address. Throws CONFIG_VALUE for an address that is
 * not one of a server.
 */
export function mlflowSettings(environment: Environment, experiment = "tidemark"): MlflowSettings | undefined {
  const address = environment["MLFLOW_TRACKING_URI"]?.trim();
  if (address === undefined || address === "") return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: "MLFLOW_TRACKING_URI is not the address of a tracking server",
      where: "MLFLOW_TRACKING_URI",
      fix: "Set it to an http or https address such as http://localhost:5000, or remove it.",
    });
  }
  return {
    url: `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`,
    authorization: authorizationOf(environment, url),
    experiment: environment["MLFLOW_EXPERIMENT_NAME"] ?? experiment,
  };
}

function authorizationOf(environment: Environment, url: URL): string | undefined {
  const token = environment["MLFLOW_TRACKING_TOKEN"]?.trim() ?? "";
  if (/[^\x21-\x7e]/.test(token)) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: "MLFLOW_TRACKING_TOKEN has letters that can't be in a token",
      where: "MLFLOW_TRACKING_TOKEN",
      fix: "Set it to the token alone, without spaces or line breaks.",
    });
  }
  if (token !== "") return `Bearer ${token}`;
  const user = environment["MLFLOW_TRACKING_USERNAME"] ?? decodeURIComponent(url.username);
  const password = environment["MLFLOW_TRACKING_PASSWORD"] ?? decodeURIComponent(url.password);
  if (user === "" && password === "") return undefined;
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}
