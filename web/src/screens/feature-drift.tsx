/** @file The features of a model: in its training beside since, where they stand now, and which of them say the same. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Job, Model, Result } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { HeatMap } from "../charts/heat-map.tsx";
import { TwoShapes } from "../charts/two-shapes.tsx";
import { number } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Inline } from "../parts/field.tsx";
import { isAtWork, JobLine } from "../parts/job-row.tsx";
import { Badge, CommandLine, Panel } from "../parts/panel.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Age } from "../parts/time.tsx";
import { type FeatureShape, type FeatureShapes, movedWord, shapesOf } from "./feature-shapes.ts";
import { NewJobButton } from "./new-job.tsx";

/** So many columns have room for their figures. */
const MOST_WRITTEN = 12;

type Listed = { readonly items: readonly Result[] };

export function FeatureDrift(): ReactNode {
  const models = useApi<{ readonly items: readonly Model[] }>("models").data?.items ?? [];
  const results = useApi<Listed>("results", { params: { kind: "drift" }, everyMs: 15_000 });
  const jobs = useApi<{ readonly items: readonly Job[] }>("jobs", { everyMs: 5_000 }).data?.items ?? [];
  const [wanted, setWanted] = useQueryParam("model");
  const found = results.data?.items ?? [];
  const model = wanted ?? found[0]?.name ?? models[0]?.id;
  const newest = found.find(({ name }) => name === model);
  const job = jobs.find((one) => one.kind === "drift" && isAtWork(one));
  return (
    <>
      <Panel
        title="In the training and since"
        note={newest === undefined ? undefined : <Age at={newest.madeMs} />}
        actions={
          model !== undefined && (
            <>
              <Inline label="Model">
                {(id) => (
                  <select id={id} value={model} onChange={(event) => setWanted(event.target.value)}>
                    {[...new Set([model, ...models.map((one) => one.id)])].map((one) => (
                      <option key={one}>{one}</option>
                    ))}
                  </select>
                )}
              </Inline>
              <NewJobButton kind="drift" model={model} label="Compare again …" />
            </>
          )
        }
      >
        {job !== undefined && <JobLine job={job} />}
        {model === undefined ? (
          <Empty title="No model has been trained yet">
            <Link to="/runs?new=train">Start a training</Link>
          </Empty>
        ) : newest === undefined ? (
          <Empty title={`Nothing is compared yet of what ${model} sees`}>
            <p>Its training beside what came since, feature by feature, from the candles that are stored:</p>
            <CommandLine line={`tidemark drift --model ${model}`} />
          </Empty>
        ) : (
          <Compared key={newest.id} result={newest} />
        )}
      </Panel>
    </>
  );
}

function Compared({ result: { id, headline } }: { readonly result: Result }): ReactNode {
  const query = useApi<{ readonly data: unknown }>(`results/${id}`);
  return (
    <Loaded query={query} lines={4}>
      {({ data }) => {
        const shapes = shapesOf(data);
        return (
          <div className="stack">
            <p>
              {headline} <Link to={`/results/${id}`}>Week by week</Link>
            </p>
            {shapes === undefined ? (
              <Empty title="An older program made this result, without distributions: compare again" />
            ) : (
              <Shapes shapes={shapes} />
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

function Shapes({ shapes }: { readonly shapes: FeatureShapes }): ReactNode {
  const [chosen, setChosen] = useQueryParam("feature");
  const { features, edges, correlations } = shapes;
  const furthest = features.toSorted((a, b) => (b.moved ?? 0) - (a.moved ?? 0));
  const shown = features.find(({ name }) => name === chosen) ?? furthest[0];
  const columns: readonly Column<FeatureShape>[] = [
    {
      id: "feature",
      title: "Feature",
      sort: ({ name }) => name,
      cell: ({ name }) => (
        <Button kind="link" aria-pressed={name === shown.name} onClick={() => setChosen(name)}>
          {name}
        </Button>
      ),
    },
    {
      id: "moved",
      title: "Moved",
      about: "Population stability index of what came since, over the training's deciles",
      isRight: true,
      sort: ({ moved }) => moved,
      cell: ({ moved }) => (moved === null ? "–" : number(moved, 2)),
    },
    {
      id: "word",
      title: "",
      cell: ({ moved }) => {
        const word = movedWord(moved);
        return <Badge kind={word === "much" ? "warn" : "plain"}>{word}</Badge>;
      },
    },
    {
      id: "mean",
      title: "Mean since",
      about: "In deviations of the training from its mean",
      isRight: true,
      isMinor: true,
      sort: ({ meanSince }) => meanSince,
      cell: ({ meanSince }) => (meanSince === null ? "–" : number(meanSince, 2)),
    },
    {
      id: "twin",
      title: "Goes most with",
      isMinor: true,
      sort: ({ twin }) => Math.abs(twin?.correlation ?? 0),
      cell: ({ twin }) => (twin === null ? "–" : `${twin.name} ${number(twin.correlation, 2)}`),
    },
  ];
  return (
    <>
      <h3 className="mono">{shown.name}</h3>
      <TwoShapes
        label={`${shown.name} in the training and since`}
        edges={edges}
        first={{ label: "training", shares: shown.trained }}
        second={{ label: "since", shares: shown.since }}
        marks={shown.newest.map(({ symbol, value }) => ({ label: symbol, value }))}
      />
      <Table
        label="How far features have moved"
        rows={furthest}
        columns={columns}
        orderName="moved"
        rowKey={({ name }) => name}
        empty={<Empty title="The model reads no feature" />}
      />
      <h3>How they go together</h3>
      <p className="soft">
        Correlation over the training: blue together, orange against each other. Two that say the same are one too many.
      </p>
      <HeatMap
        label="Correlation of features"
        rows={features.map(({ name }, at) => `${at + 1} ${name}`)}
        columns={features.map((_, at) => String(at + 1))}
        valueAt={(r, c) => correlations[r]?.[c]}
        format={(value) => number(value, 2)}
        showValues={features.length <= MOST_WRITTEN}
      />
    </>
  );
}
