import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, assert, asyncProperty, integer, record as recordOf, string } from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { everyday } from "../../../core/testing/nightly.ts";
import { readAnyParquet } from "../../../market/testing/any-parquet.ts";
import type { StoredRecord } from "../record.ts";
import { RecordFile, RecordFileMaker } from "./record-file.ts";

const ROOT = mkdtempSync(join(tmpdir(), "tidemark-records-"));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

/** Records in groups of so many, as a file. */
async function written(records: readonly StoredRecord[], group: number): Promise<string> {
  const maker = new RecordFileMaker();
  const pieces = [maker.begin()];
  for (let i = 0; i < records.length; i += group) pieces.push(await maker.group(records.slice(i, i + group)));
  const path = join(ROOT, "records.parquet");
  writeFileSync(path, Buffer.concat([...pieces, maker.end()]));
  return path;
}

function read(path: string): StoredRecord[] {
  const file = new RecordFile(path);
  const records = file.groups.flatMap((_, g) => file.group(g));
  file.close();
  return records;
}

const record = recordOf({
  seq: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  atMs: integer({ min: -8.64e15, max: 8.64e15 }),
  kind: string({ maxLength: 20 }),
  body: string({ unit: "grapheme", maxLength: 300 }),
  chain: string({ unit: "binary", maxLength: 64 }).map((text) => Buffer.from(text).toString("hex")),
});

describe("a file of records", () => {
  it("gives every record back, in its order, in groups of any size", async () => {
    await assert(
      asyncProperty(
        array(record, { minLength: 1, maxLength: 50 }),
        integer({ min: 1, max: 60 }),
        async (all, group) => {
          expect(read(await written(all, group))).toEqual(all);
        },
      ),
      { numRuns: everyday(60) },
    );
  });

  it("is read by Parquet's engine, times as times", async () => {
    const records = Array.from({ length: 40 }, (_, i) => ({
      seq: i + 1,
      atMs: Date.UTC(2025, 0, 6, 10, 0, i),
      kind: "quote",
      body: `{"n":${i},"text":"λ"}`,
      chain: "ab".repeat(32),
    }));
    const { columns, rows, batches } = await readAnyParquet(await written(records, 2));
    const found: (readonly string[])[] = [];
    for await (const batch of batches) found.push(...batch);
    expect([columns, rows]).toEqual([["seq", "at_ms", "kind", "body", "chain"], 40]);
    expect(found[39]).toEqual(["40", "2025-01-06 10:00:39.000000", "quote", '{"n":39,"text":"λ"}', records[39].chain]);
  });

  it("that is none, or has other columns, or ends too soon, is told", async () => {
    const path = await written([{ seq: 1, atMs: 1, kind: "a", body: "{}", chain: "" }], 1);
    const whole = readFileSync(path);
    const said = (bytes: Buffer): string => {
      writeFileSync(path, bytes);
      try {
        read(path);
      } catch (thrown) {
        return String(thrown);
      }
      return "nothing";
    };
    expect(said(whole)).toBe("nothing");
    expect(said(whole.subarray(0, whole.length - 1))).toContain("no whole Parquet file");
    expect(said(Buffer.from("PAR1"))).toContain("no whole Parquet file");
    const renamed = Buffer.from(whole.toString("latin1").replaceAll("body", "bode"), "latin1");
    expect(said(renamed)).toContain("it has the columns seq, at_ms, kind, bode, chain");
    const torn = Buffer.from(whole);
    torn.fill(7, 30, 34);
    expect(said(torn)).not.toBe("nothing");
  });
});
