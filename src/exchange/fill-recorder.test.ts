import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { FillReason } from "../core/index.ts";
import { FillRecorder } from "./fill-recorder.ts";

test("the trade hash is SHA-256 over seven little-endian float64 of each fill of the account", () => {
  const recorder = new FillRecorder();
  recorder.record(0, 3, 1_000, 1, -5, -0.05, 99.5, 0.25, -1.5, 0.1, FillReason.stop);
  recorder.record(1, 3, 1_000, 0, 7, 0.07, 10, 0, 0, 0, FillReason.open);
  const bytes = Buffer.alloc(56);
  [1_000, 1, -5, 99.5, 0.25, -1.5, 2].forEach((value, i) => bytes.writeDoubleLE(value, i * 8));
  expect(recorder.tradeHash(0)).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect(recorder.tradeHash(2), "no fills, no bytes").toBe(createHash("sha256").digest("hex"));
});

test("the recorder grows and keeps every fill in order", () => {
  const recorder = new FillRecorder();
  for (let i = 0; i < 1_000; i++) recorder.record(i % 3, i, i * 60_000, 0, i + 1, i, i, i, i, i, FillReason.open);
  expect(recorder.count).toBe(1_000);
  expect(recorder.fill(999)).toEqual({
    tsMs: 999 * 60_000,
    bar: 999,
    symbol: 0,
    lots: 1_000,
    quantity: 999,
    price: 999,
    fee: 999,
    realised: 999,
    reason: FillReason.open,
  });
  expect(
    recorder
      .fills(1)
      .map((fill) => fill.bar)
      .slice(0, 3),
  ).toEqual([1, 4, 7]);
});
