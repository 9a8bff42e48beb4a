/** @file Features of volume. */
import { type FeatureDefinition, FeatureGroup } from "../definition.ts";
import { VolumeScore } from "../indicators/volume-score.ts";

const group = FeatureGroup.volume;
const version = 1;

export const volumeFeatures: readonly FeatureDefinition[] = [
  {
    pattern: "volume.z#",
    group,
    version,
    description: "Standard score of the log of the volume among the last {0} bars",
    source: "own definition",
    range: [-10, 10],
    build: (streams, bars) => {
      const score = streams.use(VolumeScore, bars);
      return (out, at) => {
        out[at] = score.value;
      };
    },
  },
];
