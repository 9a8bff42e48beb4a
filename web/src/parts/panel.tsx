/** @file The few shapes that every screen is made of: panel, figure, badge, facts, tabs, bar, a line to copy. */
import { type ReactNode, useId, useState } from "react";
import { Link } from "wouter";
import { after } from "../lib/clock.ts";
import { Button } from "./button.tsx";
import css from "./panel.module.css";

export function Page({
  title,
  note,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className="stack">
      <div className="row spread">
        <div>
          <h1>{title}</h1>
          {note !== undefined && <p className="muted">{note}</p>}
        </div>
        {actions !== undefined && <div className="row">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function Panel({
  title,
  note,
  actions,
  isFlush = false,
  children,
}: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  /** The content reaches the border: tables. */
  readonly isFlush?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <section className={css["panel"]} aria-labelledby={id}>
      <div className={css["head"]}>
        <div className="row">
          <h2 id={id}>{title}</h2>
          {note !== undefined && <span className={css["note"]}>{note}</span>}
        </div>
        {actions !== undefined && <div className="row">{actions}</div>}
      </div>
      <div className={`${css["body"]} ${isFlush ? css["flush"] : ""}`}>{children}</div>
    </section>
  );
}

export function Stat({
  label,
  value,
  note,
  tone = "",
  title,
}: {
  readonly label: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
  readonly tone?: string;
  readonly title?: string;
}): ReactNode {
  return (
    <div className={css["stat"]} title={title}>
      <span className={css["statLabel"]}>{label}</span>
      <span className={`${css["statValue"]} ${tone}`}>{value}</span>
      {note !== undefined && <span className={css["statNote"]}>{note}</span>}
    </div>
  );
}

export type BadgeKind = "plain" | "good" | "bad" | "warn" | "accent" | "live" | "halt" | "paper";

const BADGES: Readonly<Record<BadgeKind, string>> = {
  plain: "",
  good: "good",
  bad: "bad",
  warn: "warnBadge",
  accent: "accentBadge",
  live: "liveBadge",
  halt: "haltBadge",
  paper: "paperBadge",
};

export function Badge({
  kind = "plain",
  title,
  children,
}: {
  readonly kind?: BadgeKind;
  readonly title?: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span className={`${css["badge"]} ${BADGES[kind] === "" ? "" : css[BADGES[kind]]}`} title={title}>
      {children}
    </span>
  );
}

export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <dl className={css["facts"]}>
      {rows.map(([name, value]) => (
        <FactRow key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function FactRow({ name, value }: { readonly name: string; readonly value: ReactNode }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

export function Tabs({
  label,
  current,
  tabs,
}: {
  readonly label: string;
  readonly current: string;
  readonly tabs: readonly { readonly to: string; readonly label: ReactNode }[];
}): ReactNode {
  return (
    <nav className={css["tabs"]} aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.to} to={tab.to} className={css["tab"]} aria-current={tab.to === current ? "page" : undefined}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

/** How much of something is done or used; `share` may pass 1. */
export function Bar({
  share,
  label,
  warnAt,
}: {
  readonly share: number;
  readonly label: string;
  readonly warnAt?: number;
}) {
  const shown = Math.max(0, Math.min(1, share));
  const kind = warnAt === undefined || share < warnAt ? "" : share >= 1 ? css["barBad"] : css["barWarn"];
  return (
    <div
      className={css["bar"]}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(shown * 100)}
    >
      <div className={`${css["barFill"]} ${kind}`} style={{ width: `${shown * 100}%` }} />
    </div>
  );
}

/** A command line that does the same as the screen, to take along. */
export function CommandLine({ line }: { readonly line: string }): ReactNode {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
    after(1_500, () => setCopied(false));
  };
  return (
    <div className={css["line"]}>
      <code tabIndex={0}>{line}</code>
      <Button small kind="quiet" onClick={() => void copy()}>
        {isCopied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
