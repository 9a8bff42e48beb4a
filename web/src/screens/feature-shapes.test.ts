import { expect, it } from "vitest";
import { movedWord, shapesOf } from "./feature-shapes.ts";

const SHAPES = {
  edges: [-1, 0, 1],
  features: [
    {
      name: "a",
      trained: [0, 0.5, 0.5, 0],
      since: [0, 0, 0.5, 0.5],
      meanSince: 0.7,
      moved: 0.31,
      newest: [{ symbol: "BTC", value: 1.2 }],
    },
    { name: "b", trained: [0, 1, 0, 0], since: [0, 1, 0, 0], meanSince: null, moved: 0.02, newest: [] },
    { name: "c", trained: [], since: [], moved: null },
  ],
  correlations: [
    [1, -0.9, 0.4],
    [-0.9, 1, null],
    [0.4, null, null],
  ],
};

it("a drift result tells of each feature how it has moved, and which other it goes with most", () => {
  const { features, edges } = shapesOf({ shapes: SHAPES }) ?? { features: [], edges: [] };
  expect(edges).toEqual([-1, 0, 1]);
  expect(features.map(({ name, twin }) => [name, twin?.name, twin?.correlation])).toEqual([
    ["a", "b", -0.9],
    ["b", "a", -0.9],
    ["c", "a", 0.4],
  ]);
  expect(features.map(({ moved }) => movedWord(moved))).toEqual(["much", "as it was", "–"]);
  expect(features[0].newest).toEqual([{ symbol: "BTC", value: 1.2 }]);
});

it("one without shapes, or none at all, tells nothing", () => {
  for (const nothing of [undefined, null, 3, {}, { shapes: [] }, { shapes: { features: "no" } }])
    expect(shapesOf(nothing)).toBeUndefined();
});
