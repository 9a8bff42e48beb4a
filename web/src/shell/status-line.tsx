/** @file The line on top of every screen: is it live, is it well, is everything covered, how do I stop it. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Overview } from "../api/contract.ts";
import { isStale, useStreamState } from "../api/stream.ts";
import { useNow } from "../lib/clock-hook.ts";
import { clockTime, span } from "../lib/format.ts";
import { setPaused, usePaused } from "../lib/pause.ts";
import { useSettings } from "../lib/settings.ts";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { Badge } from "../parts/panel.tsx";
import { AlertsButton } from "./alerts-button.tsx";
import { RiskControls } from "./risk-controls.tsx";
import css from "./shell.module.css";
import { coverWords, engineWords, type Lamp, standingOf } from "./standing.ts";

const LAMPS: Readonly<Record<Lamp, string>> = { good: "dotGood", warn: "dotWarn", bad: "dotBad", off: "" };

function Reading({ name, text, lamp, isMinor }: { name: string; text: ReactNode; lamp?: Lamp; isMinor?: boolean }) {
  return (
    <span className={`${css["reading"]} ${isMinor === true ? css["minor"] : ""}`}>
      {lamp !== undefined && <span className={`${css["dot"]} ${css[LAMPS[lamp]] ?? ""}`} aria-hidden="true" />}
      <span className={css["readingName"]}>{name}</span> {text}
    </span>
  );
}

/** How far this machine's clock and the server's may be apart before it is said. */
const SKEW_TOLD_MS = 2_000;

export function StatusLine({
  overview,
  onPalette,
}: {
  readonly overview: Overview | undefined;
  readonly onPalette: () => void;
}): ReactNode {
  const nowMs = useNow();
  const stream = useStreamState();
  const { zone } = useSettings();
  const paused = usePaused();
  const standing = standingOf(overview);
  const engine = engineWords(standing);
  const cover = coverWords(standing);
  const stale = isStale(stream, nowMs);
  const isLive = standing.liveClasses.length > 0;
  const jobs = (overview?.jobs ?? []).filter(({ state }) => state === "running" || state === "stopping");
  const age = stream.lastWordMs === 0 ? "no word yet" : span(Math.max(0, nowMs - stream.lastWordMs));
  return (
    <header className={css["status"]}>
      <Link to="/" className={css["brand"]} aria-label="Tidemark, overview">
        <img src="/icon.svg" width="22" height="22" alt="" />
        <span>Tidemark</span>
      </Link>
      <section className={css["readings"]} aria-label="State">
        {isLive ? <Badge kind="live">LIVE {standing.liveClasses.join(", ")}</Badge> : <Badge kind="paper">PAPER</Badge>}
        <Reading name="engine" text={engine.text} lamp={engine.lamp} />
        <Reading name="stops" text={cover.text} lamp={cover.lamp} />
        <Reading
          name="stream"
          text={stale ? `old: ${age}` : "now"}
          lamp={stale ? (stream.connection === "connecting" ? "warn" : "bad") : "good"}
        />
        <Reading name="jobs" text={jobs.length} isMinor />
        {Math.abs(stream.skewMs) > SKEW_TOLD_MS && (
          <Reading name="clock" text={`${span(Math.abs(stream.skewMs))} apart`} lamp="warn" isMinor />
        )}
        <Reading name={zone} text={clockTime(nowMs + stream.skewMs, zone)} isMinor />
      </section>
      <div className={css["controls"]}>
        <span className={css["onlyWide"]}>
          <Button kind="quiet" small onClick={onPalette} title="Search screens and commands (Ctrl-K)">
            <Icon name="search" /> <span className="visually-hidden">Search</span> <kbd>Ctrl K</kbd>
          </Button>
        </span>
        {paused && (
          <Button small onClick={() => setPaused(false)}>
            Held still: go on
          </Button>
        )}
        <AlertsButton />
        <RiskControls />
      </div>
    </header>
  );
}
