/** @file What a word does to a session of the fake world. */
import type { Command, Session } from "../../src/server/contract/index.ts";

export type CommandBody = {
  readonly command: Command["command"];
  readonly reason: string;
  readonly symbol?: string;
  readonly clientOrderId?: string;
  readonly stopPrice?: string;
  readonly targetPrice?: string | null;
  readonly assetClass?: string;
  readonly open?: boolean;
};

const STATUS: Readonly<Partial<Record<Command["command"], string>>> = {
  halt: "halted",
  flatten: "halted",
  "close-only": "reducing",
  resume: "active",
};

export function afterCommand(
  session: Session,
  { command, symbol, stopPrice, targetPrice, assetClass, open }: CommandBody,
): Session {
  const status = STATUS[command];
  if (status !== undefined) return { ...session, status, causes: status === "active" ? {} : { operator: status } };
  if (command === "close-position")
    return { ...session, positions: session.positions.filter((one) => one.symbol !== symbol) };
  if (command === "switch-class")
    return {
      ...session,
      classes: (session.classes ?? []).map((one) =>
        one.assetClass === assetClass ? { ...one, open: open === true } : one,
      ),
    };
  if (command !== "change-protection") return session;
  return {
    ...session,
    positions: session.positions.map((one) =>
      one.symbol === symbol
        ? { ...one, stopPrice: stopPrice ?? one.stopPrice, targetPrice: targetPrice ?? null, nakedMs: 0 }
        : one,
    ),
  };
}
