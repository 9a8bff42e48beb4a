/**
 * @file Our files read by TensorBoard itself: its event accumulator and its HParams plugin. Needs a Python with the
 * package `tensorboard`; TENSORBOARD_PYTHON names one, otherwise `python3` is tried.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import { RunStatus } from "../tracker.ts";
import { TensorBoardTracker } from "./tensorboard-tracker.ts";

const python = process.env["TENSORBOARD_PYTHON"] ?? "python3";
const present = spawnSync(python, ["-c", "import tensorboard"]).status === 0;

const READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2
a = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "histograms": 0, "tensors": 0})
a.Reload()
def hparams(tag):
    return plugin_data_pb2.HParamsPluginData.FromString(a.SummaryMetadata(tag).plugin_data.content)
start = hparams("_hparams_/session_start_info").session_start_info
settings = {k: getattr(v, v.WhichOneof("kind")) for k, v in start.hparams.items()}
h = a.Histograms("weights")[0]
print(json.dumps({
  "scalars": {t: [[e.step, e.wall_time, e.value] for e in a.Scalars(t)] for t in a.Tags()["scalars"]},
  "histogram": {"step": h.step, "min": h.histogram_value.min, "num": h.histogram_value.num,
    "sum": h.histogram_value.sum, "bucket": list(h.histogram_value.bucket)},
  "text": a.Tensors("notes")[0].tensor_proto.string_val[0].decode(),
  "plugin": a.SummaryMetadata("notes").plugin_data.plugin_name,
  "settings": settings, "group": start.group_name,
  "infos": [[i.name, i.type] for i in hparams("_hparams_/experiment").experiment.hparam_infos],
  "figures": [m.name.tag for m in hparams("_hparams_/experiment").experiment.metric_infos],
  "status": hparams("_hparams_/session_end_info").session_end_info.status,
}))
`;

describe.skipIf(!present)("TensorBoard's own reader (needs a Python with tensorboard)", () => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-reader-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("reads back scalars, a histogram, a text, the settings, and forgets what a continued run overtook", async () => {
    const clock = new SimulatedClock(1_700_000_000_000);
    const first = new TensorBoardTracker({ folder, clock, group: "run-1", figures: ["reward"] });
    first.config({ ppo: { clip: 0.25 }, encoder: "gru", recurrent: true });
    first.scalar("reward", 0.5, 100);
    first.scalar("reward", 0.75, 200);
    first.scalar("reward", 99, 300);
    clock.advance(10_000);
    await first.finish(RunStatus.stopped);
    const second = new TensorBoardTracker({ folder, clock, group: "run-1" });
    second.continued(200);
    second.scalar("reward", 1, 300);
    second.histogram("weights", Float64Array.of(-1, 0, 0, 2), 300);
    second.text("notes", "# Notes");
    await second.finish(RunStatus.finished);
    const { status, stdout, stderr } = spawnSync(python, ["-c", READER, folder], { encoding: "utf8" });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const read = JSON.parse(stdout) as Record<string, unknown>;
    expect(read["scalars"]).toEqual({
      reward: [
        [100, 1_700_000_000, 0.5],
        [200, 1_700_000_000, 0.75],
        [300, 1_700_000_010, 1],
      ],
    });
    expect(read["histogram"]).toMatchObject({ step: 300, min: -1, num: 4, sum: 1 });
    expect((read["histogram"] as { bucket: number[] }).bucket.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(read).toMatchObject({
      text: "# Notes",
      plugin: "text",
      settings: { "ppo.clip": 0.25, encoder: "gru", recurrent: true },
      group: "run-1",
      infos: [
        ["ppo.clip", 3],
        ["encoder", 1],
        ["recurrent", 2],
      ],
      figures: ["reward"],
      status: 1,
    });
  });
});
