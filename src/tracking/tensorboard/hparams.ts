/**
 * @file What TensorBoard's HParams tab reads: an experiment (which settings and figures its table has), a session's start
 * (its settings) and its end. Field numbers are those of the plugin's plugin_data.proto and api.proto, version 0.
 */
import type { FlatValue } from "../flat-config.ts";
import { RunStatus } from "../tracker.ts";
import { pluginValue } from "./events.ts";
import { Message } from "./protobuf.ts";

const PLUGIN = "hparams";
const VERSION = 0;
const DATA_TYPE = { string: 1, boolean: 2, number: 3 } as const;
/** A run that was stopped on purpose has a good result: the plugin knows success and failure only. */
const STATUS = { [RunStatus.finished]: 1, [RunStatus.failed]: 2, [RunStatus.stopped]: 1 } as const;

/** @param figures names of the scalars that the table shows */
export function experimentValue(
  settings: ReadonlyMap<string, FlatValue>,
  figures: readonly string[],
  timeMs: number,
): Message {
  const experiment = new Message().double(3, timeMs / 1000);
  for (const [name, value] of settings) {
    experiment.message(4, new Message().text(1, name).whole(4, dataType(value)));
  }
  for (const figure of figures) {
    experiment.message(5, new Message().message(1, new Message().text(2, figure)));
  }
  return pluginValue("_hparams_/experiment", PLUGIN, versioned().message(2, experiment));
}

export function sessionStartValue(settings: ReadonlyMap<string, FlatValue>, group: string, timeMs: number): Message {
  const session = new Message();
  for (const [name, value] of settings) {
    session.message(1, new Message().text(1, name).message(2, settingValue(value)));
  }
  session.text(4, group).double(5, timeMs / 1000);
  return pluginValue("_hparams_/session_start_info", PLUGIN, versioned().message(3, session));
}

export function sessionEndValue(status: RunStatus, timeMs: number): Message {
  const session = new Message().whole(1, STATUS[status]).double(2, timeMs / 1000);
  return pluginValue("_hparams_/session_end_info", PLUGIN, versioned().message(4, session));
}

function versioned(): Message {
  return new Message().whole(1, VERSION);
}

function dataType(value: FlatValue): number {
  if (typeof value === "string") return DATA_TYPE.string;
  return typeof value === "boolean" ? DATA_TYPE.boolean : DATA_TYPE.number;
}

/** A google.protobuf.Value. */
function settingValue(value: FlatValue): Message {
  if (typeof value === "string") return new Message().text(3, value);
  return typeof value === "boolean" ? new Message().whole(4, value ? 1 : 0) : new Message().double(2, value);
}
