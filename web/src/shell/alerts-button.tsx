/** @file The bell: how many alarms and warnings are new, and the drawer that lists them. An alarm is spoken when it comes. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { useEvents } from "../api/stream.ts";
import { announce } from "../lib/announce.ts";
import { now } from "../lib/clock.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Badge } from "../parts/panel.tsx";
import { Empty } from "../parts/states.tsx";
import { Moment } from "../parts/time.tsx";
import { alertsOf, parseSeen, type Seen, seenAll, unseen } from "./alerts.ts";

const KEY = "tidemark.seen";
/** A screen reader is interrupted so often at most. */
const SPOKEN_EVERY_MS = 5_000;
const MOST_SHOWN = 100;

function kept(): Seen {
  try {
    return parseSeen(localStorage.getItem(KEY));
  } catch {
    return {};
  }
}

export function AlertsButton(): ReactNode {
  const events = useEvents();
  const [seen, setSeen] = useState(kept);
  const [isOpen, setOpen] = useState(false);
  const alerts = alertsOf(events);
  const fresh = unseen(alerts, seen);
  useSpokenAlarms(alerts.at(0));
  const open = (): void => {
    const all = seenAll(events, seen);
    setSeen(all);
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
    } catch {
      // Without storage they are new again after a reload.
    }
    setOpen(true);
  };
  const isBad = fresh.some(({ level }) => level === "bad");
  return (
    <>
      <Button kind="quiet" small onClick={open} title="Alarms and warnings">
        <Icon name="bell" />
        <span className="visually-hidden">Alerts, {fresh.length} new</span>
        {fresh.length > 0 && <Badge kind={isBad ? "bad" : "warn"}>{fresh.length > 99 ? "99+" : fresh.length}</Badge>}
      </Button>
      {isOpen && (
        <Dialog title="Alarms and warnings" shape="drawer" onClose={() => setOpen(false)}>
          {alerts.length === 0 ? (
            <Empty title="None lately">
              <p>What the engine warns of stands here, and in the journal for good.</p>
            </Empty>
          ) : (
            <ul className="stack" style={{ gap: 10 }}>
              {alerts.slice(0, MOST_SHOWN).map((alert) => (
                <li key={`${alert.session} ${alert.seq}`}>
                  <div className="row">
                    <Badge kind={alert.level === "bad" ? "bad" : "warn"}>
                      {alert.level === "bad" ? "! alarm" : "warning"}
                    </Badge>
                    <span className="muted">
                      <Moment at={alert.atMs} precision="second" /> · {alert.session}
                    </span>
                  </div>
                  <p>{alert.text}</p>
                </li>
              ))}
            </ul>
          )}
          <p>
            <Link to="/journal?level=warn" onClick={() => setOpen(false)}>
              The journal
            </Link>
          </p>
        </Dialog>
      )}
    </>
  );
}

/** Tells the newest alarm once, not those that were there when the page opened. */
function useSpokenAlarms(
  newest: { readonly session: string; readonly seq: number; readonly level: string; readonly text: string } | undefined,
): void {
  const last = useRef<{ key: string | undefined; atMs: number } | undefined>(undefined);
  const key = newest === undefined ? undefined : `${newest.session} ${newest.seq}`;
  useEffect(() => {
    const before = last.current;
    if (key === undefined) return;
    if (before === undefined) {
      last.current = { key, atMs: 0 };
      return;
    }
    if (before.key === key) return;
    const isDue = now() - before.atMs >= SPOKEN_EVERY_MS;
    const isAlarm = newest?.level === "bad";
    last.current = { key, atMs: isDue && isAlarm ? now() : before.atMs };
    if (isDue && isAlarm) announce(newest.text, true);
  }, [key, newest]);
}
