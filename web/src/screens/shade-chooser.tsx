/** @file What lies behind the candles: trading sessions, regimes, both or nothing; kept in the address and for the next chart. */
import { type ReactNode, useState } from "react";
import type { MarketSession } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Toggles } from "../parts/field.tsx";

const SHADES = ["sessions", "regimes"] as const;
type Shade = (typeof SHADES)[number];

const ABOUT: Readonly<Record<Shade, string>> = {
  sessions: "Asia, Europe and US by hours of UTC, as lanes above the candles",
  regimes: "Trend, range or high volatility as a policy is told at each bar's close, as a tint behind the candles",
};
const NONE = "none";
const KEPT = "tidemark.shades";
const NO_SESSIONS: readonly MarketSession[] = [];

function kept(): string {
  try {
    return localStorage.getItem(KEPT) ?? SHADES.join(",");
  } catch {
    return SHADES.join(",");
  }
}

export type Shading = {
  readonly shown: readonly Shade[];
  readonly sessions: readonly MarketSession[];
  readonly change: (shown: readonly Shade[]) => void;
};

export function useShades(): Shading {
  const sessions = useApi<{ readonly sessions?: readonly MarketSession[] }>("indicators").data?.sessions ?? NO_SESSIONS;
  const [text, setText] = useQueryParam("shade");
  const [first] = useState(kept);
  const words = (text ?? first).split(",");
  return {
    shown: SHADES.filter((shade) => words.includes(shade)),
    sessions,
    change: (shown) => {
      const next = shown.length === 0 ? NONE : shown.join(",");
      try {
        localStorage.setItem(KEPT, next);
      } catch {
        // Storage that is refused means that the choice lasts as long as the address.
      }
      setText(next);
    },
  };
}

export function ShadeChooser({ shown, change }: Shading): ReactNode {
  const choices = SHADES.map((value) => ({ value, label: value, about: ABOUT[value] }));
  return <Toggles label="Behind the candles" on={shown} choices={choices} onChange={change} />;
}
