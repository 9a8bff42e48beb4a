/** @file This page, who may enter, what the program is set to, whether the machine is sound, and what the page is made of. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { tell } from "../api/client.ts";
import type { Overview, Token, Who } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { announce } from "../lib/announce.ts";
import { flatten } from "../lib/flatten.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { changeSettings, useSettings } from "../lib/settings.ts";
import { Button } from "../parts/button.tsx";
import { ConfirmDialog, Dialog } from "../parts/dialog.tsx";
import { Field, Inline, Segments } from "../parts/field.tsx";
import { Badge, CommandLine, Facts, Page, Panel } from "../parts/panel.tsx";
import { Empty, Failure, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Age, Moment } from "../parts/time.tsx";

export function SettingsScreen(): ReactNode {
  return (
    <Page title="Settings">
      <div className="columns">
        <ThisPage />
        <Access />
      </div>
      <Tokens />
      <Doctor />
      <Configuration />
      <About />
    </Page>
  );
}

function ThisPage(): ReactNode {
  const { theme, palette, zone, density, keys } = useSettings();
  return (
    <Panel title="This page" note="kept in this browser">
      <Facts
        rows={[
          [
            "Theme",
            <Segments
              key="theme"
              label="Theme"
              value={theme}
              choices={[
                { value: "system", label: "System" },
                { value: "dark", label: "Dark" },
                { value: "light", label: "Light" },
              ]}
              onChange={(value) => changeSettings({ theme: value })}
            />,
          ],
          [
            "Up and down",
            <Segments
              key="palette"
              label="Colors of up and down"
              value={palette}
              choices={[
                { value: "default", label: "Green and red" },
                { value: "safe", label: "Blue and orange" },
              ]}
              onChange={(value) => changeSettings({ palette: value })}
            />,
          ],
          [
            "Times in",
            <Segments
              key="zone"
              label="Time zone"
              value={zone}
              choices={[
                { value: "UTC", label: "UTC" },
                { value: "local", label: "This machine's" },
              ]}
              onChange={(value) => changeSettings({ zone: value })}
            />,
          ],
          [
            "Rows",
            <Segments
              key="density"
              label="Height of rows"
              value={density}
              choices={[
                { value: "dense", label: "Dense" },
                { value: "normal", label: "Roomy" },
              ]}
              onChange={(value) => changeSettings({ density: value })}
            />,
          ],
          [
            "Single keys",
            <Segments
              key="keys"
              label="Single keys"
              value={keys ? "on" : "off"}
              choices={[
                { value: "on", label: "On" },
                { value: "off", label: "Off" },
              ]}
              onChange={(value) => changeSettings({ keys: value === "on" })}
            />,
          ],
        ]}
      />
    </Panel>
  );
}

function Access(): ReactNode {
  const query = useApi<Who>("session");
  return (
    <Panel title="Who you are">
      <Loaded query={query}>
        {(who) => (
          <Facts
            rows={[
              ["Signed in as", who.name],
              ["May", who.tier],
              ["Until", <Moment key="until" at={who.expiresMs} />],
              ["Raise live", who.canRaiseLive ? "yes, with a second proof" : "no: only the command line can"],
            ]}
          />
        )}
      </Loaded>
    </Panel>
  );
}

function Tokens(): ReactNode {
  const query = useApi<{ readonly items: readonly Token[] }>("tokens");
  const client = useQueryClient();
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<Token | undefined>();
  const columns: readonly Column<Token>[] = [
    { id: "name", title: "Name", sort: ({ name }) => name, cell: ({ name }) => name },
    { id: "tier", title: "May", sort: ({ tier }) => tier, cell: ({ tier }) => <Badge>{tier}</Badge> },
    {
      id: "created",
      title: "Made",
      isMinor: true,
      sort: ({ createdMs }) => createdMs,
      cell: ({ createdMs }) => <Age at={createdMs} />,
    },
    {
      id: "used",
      title: "Last used",
      sort: ({ lastUsedMs }) => lastUsedMs,
      cell: ({ lastUsedMs }) => (lastUsedMs === null ? "never" : <Age at={lastUsedMs} />),
    },
    {
      id: "expires",
      title: "Ends",
      sort: ({ expiresMs }) => expiresMs,
      cell: ({ expiresMs }) => <Moment at={expiresMs} precision="day" />,
    },
    {
      id: "revoke",
      title: "",
      cell: (token) => (
        <Button small onClick={() => setRevoked(token)} aria-label={`Revoke ${token.name}`}>
          Revoke
        </Button>
      ),
    },
  ];
  return (
    <Panel
      title="Tokens"
      note="for programs; each with what it may and an end"
      isFlush
      actions={<Button onClick={() => setMaking(true)}>New token …</Button>}
    >
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label="Tokens"
            rows={items}
            columns={columns}
            orderName="tokens"
            rowKey={({ id }) => id}
            empty={
              <Empty title="No program has a token">
                <CommandLine line="tidemark token make NAME --tier view" />
              </Empty>
            }
          />
        )}
      </Loaded>
      {isMaking && <NewToken onClose={() => setMaking(false)} />}
      {revoked !== undefined && (
        <ConfirmDialog
          title={`Revoke ${revoked.name}`}
          action="Revoke"
          onConfirm={async () => {
            await tell(`tokens/${revoked.id}`, {}, "DELETE");
            announce(`${revoked.name} is revoked.`);
            void client.invalidateQueries({ queryKey: ["tokens"] });
          }}
          onClose={() => setRevoked(undefined)}
        >
          <p>Programs that use it are refused from now on.</p>
        </ConfirmDialog>
      )}
    </Panel>
  );
}

function NewToken({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [tier, setTier] = useState<"view" | "operate">("view");
  const [days, setDays] = useState("90");
  const [secret, setSecret] = useState<string | undefined>();
  const [error, setError] = useState<unknown>();
  const make = async (): Promise<void> => {
    setError(undefined);
    try {
      const made = await tell<{ readonly secret: string }>("tokens", { name: name.trim(), tier, days: Number(days) });
      setSecret(made.secret);
      void client.invalidateQueries({ queryKey: ["tokens"] });
    } catch (thrown) {
      setError(thrown);
    }
  };
  if (secret !== undefined)
    return (
      <Dialog
        title={`Token ${name}`}
        onClose={onClose}
        foot={
          <Button kind="primary" onClick={onClose}>
            I have kept it
          </Button>
        }
      >
        <p>It is shown this once. Programs send it as a bearer token.</p>
        <CommandLine line={secret} />
      </Dialog>
    );
  return (
    <Dialog
      title="New token"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button kind="primary" disabled={name.trim() === "" || !(Number(days) >= 1)} onClick={() => void make()}>
            Make
          </Button>
        </>
      }
    >
      <Field label="Name" hint="of the program that gets it">
        {(id, described) => (
          <input
            id={id}
            aria-describedby={described}
            value={name}
            maxLength={60}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="May" hint="view reads; operate also starts trainings and lowers risk. No token can raise live.">
        {(id, described) => (
          <select
            id={id}
            aria-describedby={described}
            value={tier}
            onChange={(event) => setTier(event.target.value === "operate" ? "operate" : "view")}
          >
            <option>view</option>
            <option>operate</option>
          </select>
        )}
      </Field>
      <Field label="Days">
        {(id) => <input id={id} inputMode="numeric" value={days} onChange={(event) => setDays(event.target.value)} />}
      </Field>
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}

type Check = { readonly name: string; readonly status: string; readonly text: string; readonly fix: string | null };

function Doctor(): ReactNode {
  const query = useApi<{ readonly items: readonly Check[] }>("doctor");
  return (
    <Panel
      title="Doctor"
      note="is this machine sound"
      actions={<Button onClick={() => void query.refetch()}>{query.isFetching ? "Looking …" : "Look again"}</Button>}
    >
      <Loaded query={query}>
        {({ items }) => (
          <ul className="stack" style={{ gap: 6 }}>
            {items.map(({ name, status, text, fix }) => (
              <li key={name} className="row">
                <Badge kind={/^(?:ok|pass)/i.test(status) ? "good" : /fail|bad|error/i.test(status) ? "bad" : "warn"}>
                  {status}
                </Badge>
                <strong>{name}</strong>
                <span className="soft">{text}</span>
                {fix !== null && <span>{fix}</span>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

type Row = { readonly key: string; readonly text: string; readonly isExplicit: boolean };

function Configuration(): ReactNode {
  const query = useApi<{
    readonly path: string | null;
    readonly values: unknown;
    readonly explicit: readonly string[];
  }>("config");
  const [words, setWords] = useQueryParam("find");
  const columns: readonly Column<Row>[] = [
    { id: "key", title: "Setting", sort: ({ key }) => key, cell: ({ key }) => <span className="mono">{key}</span> },
    { id: "value", title: "Value", cell: ({ text }) => <span className="mono">{text}</span> },
    {
      id: "from",
      title: "From",
      sort: ({ isExplicit }) => (isExplicit ? 0 : 1),
      cell: ({ isExplicit }) =>
        isExplicit ? <Badge kind="accent">set</Badge> : <span className="muted">default</span>,
    },
  ];
  return (
    <Panel
      title="Configuration"
      note={query.data?.path ?? "no tidemark.toml: defaults alone"}
      isFlush
      actions={
        <Inline label="Find">
          {(id) => <input id={id} value={words ?? ""} onChange={(event) => setWords(event.target.value)} />}
        </Inline>
      }
    >
      <Loaded query={query}>
        {({ values, explicit }) => {
          // The file spells with underscores what the program spells with humps.
          const isSet = new Set(
            explicit.map((key) => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())),
          );
          const rows = flatten(values)
            .filter(([key]) => key.toLowerCase().includes((words ?? "").toLowerCase()))
            .map(
              ([key, value]): Row => ({
                key,
                text: typeof value === "string" ? value : JSON.stringify(value),
                isExplicit: isSet.has(key),
              }),
            );
          return (
            <Table
              label="Settings"
              rows={rows}
              columns={columns}
              orderName="config"
              rowKey={({ key }) => key}
              empty={<Empty title="No setting has these letters" />}
            />
          );
        }}
      </Loaded>
    </Panel>
  );
}

function About(): ReactNode {
  const overview = useApi<Overview>("overview").data;
  return (
    <Panel title="About">
      <div className="stack" style={{ gap: 8, fontSize: 13 }}>
        <p>
          Tidemark {overview?.version ?? ""}{" "}
          {overview !== undefined && <span className="muted">in {overview.folder}</span>}
        </p>
        <p className="soft">
          Price charts: TradingView Lightweight Charts™, Copyright (c) 2025 TradingView, Inc.{" "}
          <a href="https://www.tradingview.com/">https://www.tradingview.com/</a>, Apache License 2.0. Curves: uPlot
          (MIT). Type: Inter (SIL Open Font License 1.1). React, TanStack Query and Virtual, wouter (MIT).
        </p>
        <p>
          <a href="/docs">The API that this page uses</a>
        </p>
      </div>
    </Panel>
  );
}
