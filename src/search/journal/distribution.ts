/** @file Dimensions as Optuna writes its distributions: a JSON text inside the JSON of the line. */
import { ensureNever, InvariantError, invariant } from "../../core/index.ts";
import type { ChoiceValue, Dimension } from "../space.ts";
import { parsePythonJson, pythonJson } from "./python-json.ts";

export function distributionText(dimension: Dimension): string {
  switch (dimension.kind) {
    case "float": {
      const { step, low, high, log } = dimension;
      return pythonJson({ name: "FloatDistribution", attributes: { step, low, high, log } });
    }
    case "int": {
      const { log, step, low, high } = dimension;
      return pythonJson({ name: "IntDistribution", attributes: { log, step, low, high } });
    }
    case "categorical":
      return pythonJson({ name: "CategoricalDistribution", attributes: { choices: dimension.choices } });
    default:
      return ensureNever(dimension);
  }
}

type Attributes = { low?: unknown; high?: unknown; log?: unknown; step?: unknown; q?: unknown; choices?: unknown };

/** Reads a distribution, also under the names that Optuna used before version 3. Throws where it is none. */
export function parseDistribution(text: string): Dimension {
  const { name, attributes } = parsePythonJson(text) as { name?: unknown; attributes?: Attributes };
  invariant(attributes !== null && typeof attributes === "object", `a distribution has attributes, was ${text}`);
  if (name === "CategoricalDistribution") {
    invariant(Array.isArray(attributes.choices), `a categorical distribution has choices, was ${text}`);
    return { kind: "categorical", choices: attributes.choices as ChoiceValue[] };
  }
  const { low, high } = attributes;
  invariant(typeof low === "number" && typeof high === "number", `a distribution has bounds, was ${text}`);
  const step = attributes.step ?? attributes.q ?? null;
  const range = { low, high };
  switch (name) {
    case "FloatDistribution":
      return { kind: "float", ...range, log: attributes.log === true, step: typeof step === "number" ? step : null };
    case "UniformDistribution":
    case "DiscreteUniformDistribution":
      return { kind: "float", ...range, log: false, step: typeof step === "number" ? step : null };
    case "LogUniformDistribution":
      return { kind: "float", ...range, log: true, step: null };
    case "IntDistribution":
    case "IntUniformDistribution":
      return { kind: "int", ...range, log: attributes.log === true, step: typeof step === "number" ? step : 1 };
    case "IntLogUniformDistribution":
      return { kind: "int", ...range, log: true, step: 1 };
    default:
      throw new InvariantError(`a distribution's name is known, was ${text}`);
  }
}
