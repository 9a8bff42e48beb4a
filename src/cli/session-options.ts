/** @file The flags that say what decides in a session: models, rules, strategies of one's own, foreign policies. */
import { Option } from "commander";
import type { SessionAsked } from "../app/index.ts";
import { BASELINE_NAMES } from "../evaluate/index.ts";
import { gathered, paramOption } from "./strategy-options.ts";

export type SessionFlags = {
  readonly model?: readonly string[];
  readonly strategy?: readonly string[];
  readonly param?: readonly string[];
  readonly longOnly?: boolean;
  readonly onnx?: string;
  readonly spec?: string;
  readonly name?: string;
};

export function sessionOptions(): Option[] {
  return [
    new Option("-m, --model <model>", 'a name, "name/version", or a folder; may be repeated').argParser(gathered),
    new Option(
      "--strategy <rule>",
      `${BASELINE_NAMES.join(", ")}, or a file such as ./my-strategy.ts; with symbols of its own: trend.ts=BTCUSDT,ETHUSDT; may be repeated`,
    ).argParser(gathered),
    paramOption(),
    new Option("--long-only", "sma-cross never goes short"),
    new Option("--onnx <file>", "a policy that another tool has made; needs --spec"),
    new Option("--spec <file>", "what goes into the ONNX file and comes out; see docs/onnx.md"),
    new Option("--name <name>", "of the session; without it that of what decides"),
  ];
}

export function askedSession({ model, strategy, param, longOnly, onnx, spec, name }: SessionFlags): SessionAsked {
  return {
    ...(model === undefined ? {} : { models: model }),
    ...(strategy === undefined ? {} : { strategies: strategy }),
    ...(param === undefined ? {} : { param }),
    ...(longOnly === undefined ? {} : { longOnly }),
    ...(onnx === undefined ? {} : { onnx }),
    ...(spec === undefined ? {} : { spec }),
    ...(name === undefined ? {} : { name }),
  };
}
