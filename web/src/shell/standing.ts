/** @file What the status line says, from what is known: mode, engine, cover, staleness. Pure, so that each case is tested. */
import type { Overview, Session } from "../api/contract.ts";

export type Standing = {
  readonly running: readonly Session[];
  /** Asset classes with live sessions that run. */
  readonly liveClasses: readonly string[];
  readonly halted: readonly Session[];
  readonly reducing: readonly Session[];
  readonly positions: number;
  readonly naked: number;
  readonly disconnected: readonly Session[];
};

export const CLASS_NAMES: Readonly<Record<string, string>> = {
  cryptoSpot: "Crypto spot",
  cryptoFutures: "Crypto futures",
  forex: "Forex",
  options: "Options",
};

export function className(assetClass: string): string {
  return CLASS_NAMES[assetClass] ?? assetClass;
}

export function standingOf(overview: Overview | undefined): Standing {
  const running = (overview?.sessions ?? []).filter((session) => session.running);
  const positions = running.flatMap((session) => session.positions);
  const live = running.filter(({ mode }) => mode === "live").flatMap(({ assetClasses }) => assetClasses);
  return {
    running,
    liveClasses: [...new Set(live)].map(className),
    halted: running.filter(({ status }) => status === "halted"),
    reducing: running.filter(({ status }) => status === "reducing"),
    positions: positions.length,
    naked: positions.filter(({ nakedMs }) => nakedMs > 0).length,
    disconnected: running.filter(({ connected }) => !connected),
  };
}

export type Lamp = "good" | "warn" | "bad" | "off";

export function engineWords(standing: Standing): { readonly text: string; readonly lamp: Lamp } {
  const { running, halted, reducing } = standing;
  if (running.length === 0) return { text: "no session", lamp: "off" };
  const count = running.length === 1 ? "1 session" : `${running.length} sessions`;
  if (halted.length > 0) return { text: `${count}, ${halted.length} halted`, lamp: "bad" };
  if (reducing.length > 0) return { text: `${count}, ${reducing.length} closing only`, lamp: "warn" };
  if (standing.disconnected.length > 0) return { text: `${count}, not connected`, lamp: "bad" };
  return { text: `${count} active`, lamp: "good" };
}

export function coverWords(standing: Standing): { readonly text: string; readonly lamp: Lamp } {
  const { positions, naked } = standing;
  if (positions === 0) return { text: "flat", lamp: "off" };
  if (naked === 0)
    return { text: positions === 1 ? "1 of 1 has its stop" : `all ${positions} have stops`, lamp: "good" };
  return { text: `${naked} of ${positions} without a stop`, lamp: "bad" };
}

/** What the prices of a demonstration are. */
export function demoText(source: string | null | undefined): string {
  if (source === null || source === undefined) return "Every price here is made up, and no money is real.";
  const whose = source === "csv" ? "recorded candles of your files" : `recorded candles of ${source}`;
  return `A venue on this machine plays ${whose}, faster than they came; no money is real.`;
}
