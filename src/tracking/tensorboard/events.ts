/**
 * @file The messages of a TensorBoard event file. Field numbers are those of TensorBoard's event.proto, summary.proto and
 * tensor.proto. A record is: length (uint64), masked checksum of the length, data, masked checksum of the data, all
 * little-endian.
 */
import type { Spread } from "../histogram.ts";
import { maskedCrc32c } from "./crc32c.ts";
import { Message } from "./protobuf.ts";

/** Tells readers that orphaned events are marked by a session start; must be the first record of a file. */
const FILE_VERSION = "brain.Event:2";
const DT_FLOAT = 1;
const DT_STRING = 7;
const SESSION_START = 1;

/** Data with its length and checksums, as it lies in the file. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}

function event(timeMs: number, step: number): Message {
  return new Message().double(1, timeMs / 1000).whole(2, step);
}

export function versionEvent(timeMs: number): Message {
  return event(timeMs, 0).text(3, FILE_VERSION);
}

/** Readers forget what earlier files of the run told of this step and later ones. */
export function sessionStartEvent(timeMs: number, step: number): Message {
  return event(timeMs, step).message(7, new Message().whole(1, SESSION_START));
}

export function summaryEvent(timeMs: number, step: number, values: readonly Message[]): Message {
  const summary = new Message();
  for (const value of values) summary.message(1, value);
  return event(timeMs, step).message(5, summary);
}

/** Stored as float32. */
export function scalarValue(tag: string, value: number): Message {
  return new Message().text(1, tag).float(2, value);
}

export function histogramValue(tag: string, spread: Spread): Message {
  const histogram = new Message()
    .double(1, spread.min)
    .double(2, spread.max)
    .double(3, spread.count)
    .double(4, spread.sum)
    .double(5, spread.sumSquares)
    .doubles(6, spread.limits)
    .doubles(7, spread.counts);
  return new Message().text(1, tag).message(5, histogram);
}

export function textValue(tag: string, markdown: string): Message {
  const tensor = new Message().whole(1, DT_STRING).message(2, vectorShape(1)).text(8, markdown);
  return new Message().text(1, tag).message(8, tensor).message(9, pluginMetadata("text"));
}

/** Data that only a plugin reads: it lies in the metadata, beside a tensor without meaning. */
export function pluginValue(tag: string, plugin: string, content: Message): Message {
  const tensor = new Message().whole(1, DT_FLOAT).message(2, vectorShape(1)).float(5, 0);
  return new Message().text(1, tag).message(8, tensor).message(9, pluginMetadata(plugin, content));
}

function vectorShape(length: number): Message {
  return new Message().message(2, new Message().whole(1, length));
}

function pluginMetadata(name: string, content?: Message): Message {
  const data = new Message().text(1, name);
  return new Message().message(1, content === undefined ? data : data.message(2, content));
}
