/** @file What must not be overlooked, under the status line: halted, live, old figures, made-up prices. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Overview } from "../api/contract.ts";
import { isStale, useStreamState } from "../api/stream.ts";
import { useNow } from "../lib/clock-hook.ts";
import { span } from "../lib/format.ts";
import css from "./shell.module.css";
import { demoText, standingOf } from "./standing.ts";

export function Banners({ overview }: { readonly overview: Overview | undefined }): ReactNode {
  const nowMs = useNow();
  const stream = useStreamState();
  const { halted, liveClasses } = standingOf(overview);
  const stale = isStale(stream, nowMs) && stream.connection === "waiting";
  return (
    <>
      {halted.length > 0 && (
        <div className={`${css["banner"]} ${css["bannerHalt"]}`} role="alert">
          <strong>HALTED</strong>
          <span>
            {halted
              .map(({ id, causes }) => {
                const why = Object.keys(causes).join(", ");
                return why === "" ? id : `${id} (${why})`;
              })
              .join("; ")}
            . Nothing new is sent; stops stay at the venue.
          </span>
          <Link to="/positions">See and resume</Link>
        </div>
      )}
      {liveClasses.length > 0 && (
        <div className={`${css["banner"]} ${css["bannerLive"]}`}>
          LIVE ENABLED: {liveClasses.join(", ")} <Link to="/live">Live control</Link>
        </div>
      )}
      {stale && (
        <div className={`${css["banner"]} ${css["bannerWarn"]}`} role="alert">
          <strong>Old figures.</strong>
          <span>
            The last word came {stream.lastWordMs === 0 ? "never" : `${span(nowMs - stream.lastWordMs)} ago`}; trying
            again. Halt and close-only still work.
          </span>
        </div>
      )}
      {overview?.isDemo === true && (
        <div className={css["banner"]}>
          <strong>Demonstration.</strong> <span className="soft">{demoText(overview.demoSource)}</span>
        </div>
      )}
    </>
  );
}
