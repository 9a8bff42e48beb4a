import { describe, expect, it } from "vitest";
import { mlflowSettings } from "./settings.ts";

const URI = "MLFLOW_TRACKING_URI";
const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

describe("the settings of MLflow", () => {
  it("are none without an address", () => {
    expect(mlflowSettings({})).toBeUndefined();
    expect(mlflowSettings({ [URI]: " " })).toBeUndefined();
  });

  it("take the token before a name and password, and these before the address's own", () => {
    const address = "https://a%40b:c%3Ad@host:5000/mlflow/?x=1";
    const named = { MLFLOW_TRACKING_USERNAME: "user", MLFLOW_TRACKING_PASSWORD: "päss" };
    expect(mlflowSettings({ [URI]: address, ...named, MLFLOW_TRACKING_TOKEN: "tok\n" })?.authorization).toBe(
      "Bearer tok",
    );
    expect(mlflowSettings({ [URI]: address, ...named })?.authorization).toBe(basic("user:päss"));
    expect(mlflowSettings({ [URI]: address })?.authorization).toBe(basic("a@b:c:d"));
    expect(mlflowSettings({ [URI]: "http://host" })?.authorization).toBeUndefined();
  });

  it("show no credentials in the address", () => {
    expect(mlflowSettings({ [URI]: "https://user:secret@host:5000/mlflow/?key=secret" })?.url).toBe(
      "https://host:5000/mlflow",
    );
  });

  it("name the experiment", () => {
    expect(mlflowSettings({ [URI]: "http://host" })?.experiment).toBe("tidemark");
    expect(mlflowSettings({ [URI]: "http://host", MLFLOW_EXPERIMENT_NAME: "mine" })?.experiment).toBe("mine");
  });

  it.each(["file:///tmp/mlruns", "sqlite:///mlflow.db", "databricks", "./mlruns"])(
    "refuse %s, which is no server",
    (address) => {
      expect(() => mlflowSettings({ [URI]: address })).toThrowError(expect.objectContaining({ code: "CONFIG_VALUE" }));
    },
  );

  it("refuse a token that can't be sent, without showing it", () => {
    expect(() => mlflowSettings({ [URI]: "http://host", MLFLOW_TRACKING_TOKEN: "two words" })).toThrowError(
      expect.not.objectContaining({ message: expect.stringContaining("two words") as unknown }),
    );
  });
});
