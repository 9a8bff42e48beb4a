/** @file One model: its record, where it comes from, what it sees, and what can be done with it. */
import type { ReactNode } from "react";
import { Link, useParams } from "wouter";
import type { Model, Promotion } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { figure, number, percent, ratio } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Percent } from "../parts/amount.tsx";
import { Inline } from "../parts/field.tsx";
import { Badge, CommandLine, Facts, Page, Panel, Stat } from "../parts/panel.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Moment } from "../parts/time.tsx";
import { NewJobButton } from "./new-job.tsx";
import { StageBadge, StandingBadge } from "./strategies.tsx";

export function ModelScreen(): ReactNode {
  const { name = "" } = useParams();
  const [version, setVersion] = useQueryParam("version");
  const query = useApi<{ readonly items: readonly Model[] }>("models");
  const promotions = useApi<{ readonly items: readonly Promotion[] }>("promotions").data?.items ?? [];
  return (
    <Loaded query={query} lines={4}>
      {({ items }) => {
        const versions = items.filter((one) => one.name === name);
        const model = versions.find((one) => one.version === version) ?? versions[0];
        if (model === undefined)
          return (
            <Empty title={`There is no model ${name}`}>
              <Link to="/strategies">All models</Link>
            </Empty>
          );
        return (
          <Page
            title={model.id}
            note={model.synthetic ? <Badge kind="warn">trained on made-up prices</Badge> : undefined}
            actions={
              <>
                <Inline label="Version">
                  {(id) => (
                    <select id={id} value={model.version} onChange={(event) => setVersion(event.target.value)}>
                      {versions.map((one) => (
                        <option key={one.version}>{one.version}</option>
                      ))}
                    </select>
                  )}
                </Inline>
                <StageBadge stage={model.stage} />
                <StandingBadge standing={model.standing} />
              </>
            }
          >
            <Record model={model} />
            <div className="columns">
              <Lineage model={model} />
              <Panel title="Do with it">
                <div className="stack" style={{ gap: 12 }}>
                  <div className="row">
                    <NewJobButton kind="backtest" model={model.id} label="Backtest …" />
                    <NewJobButton kind="stress" model={model.id} label="Stress …" />
                    <NewJobButton kind="drift" model={model.id} label="Drift …" />
                    <NewJobButton kind="verify-leak" model={model.id} label="Check for leaks …" />
                    <NewJobButton kind="paper" model={model.id} label="Trade on paper …" />
                  </div>
                  <h3>Stages</h3>
                  {promotions
                    .filter((one) => one.model === model.name && one.version === model.version)
                    .map((one) => (
                      <p key={one.assetClass} className="row">
                        <StageBadge stage={one.stage} /> {one.assetClass}
                        {one.multiplier !== null && <span className="muted">size × {number(one.multiplier, 2)}</span>}
                      </p>
                    ))}
                  <CommandLine line={`tidemark promote ${model.id}`} />
                </div>
              </Panel>
            </div>
            <Panel title="What it sees" note={`${model.features.length} features of each bar`}>
              <p className="row">
                {model.features.map((feature) => (
                  <Badge key={feature}>{feature}</Badge>
                ))}
              </p>
            </Panel>
          </Page>
        );
      }}
    </Loaded>
  );
}

function Record({ model }: { readonly model: Model }): ReactNode {
  return (
    <div className="tiles">
      <Stat
        label="Sharpe ratio, unseen"
        value={ratio(model.sharpe)}
        note={model.reports.length === 0 ? "not judged yet" : "of its newest report"}
      />
      <Stat label="Return, unseen" value={<Percent value={model.totalReturn} />} />
      <Stat label="Win rate" value={percent(model.winRate)} note={`${figure(model.trades)} trades`} />
      <Stat label="Average trade" value={ratio(model.averageTrade)} />
    </div>
  );
}

function Lineage({ model }: { readonly model: Model }): ReactNode {
  return (
    <Panel title="Where it comes from">
      <Facts
        rows={[
          ["Made", <Moment key="made" at={model.createdMs} />],
          [
            "Learned from",
            <span key="range">
              <Moment at={model.trainFromMs} precision="day" /> to <Moment at={model.trainToMs} precision="day" />
            </span>,
          ],
          ["Market", `${model.symbols.join(", ")} · ${model.timeframe}`],
          ["Network", `${model.encoder}, ${number(model.parameters, 0)} parameters, ${model.actionSpace} actions`],
          ["Steps", number(model.steps, 0)],
          ["Seed", String(model.seed)],
          ["Phases", model.phases.length === 0 ? "one training" : model.phases.join(" → ")],
          ["Continues", model.continuedFrom ?? "nothing: it began anew"],
          [
            "Settings from",
            model.search === null ? (
              "the configuration"
            ) : (
              <Link key="study" to={`/studies/${model.search}`}>
                {model.search}
              </Link>
            ),
          ],
          [
            "Reports",
            model.reports.length === 0 ? (
              "none"
            ) : (
              <span key="reports" className="row">
                {model.reports.map((id) => (
                  <Link key={id} to={`/reports/${id}`}>
                    {id}
                  </Link>
                ))}
              </span>
            ),
          ],
        ]}
      />
    </Panel>
  );
}
