/** @file The mode and the status of a session as words with their pattern and colour. */
import type { ReactNode } from "react";
import type { Session } from "../api/contract.ts";
import { Badge } from "./panel.tsx";

export function ModeBadge({ mode }: { readonly mode: string }): ReactNode {
  return mode === "live" ? <Badge kind="live">LIVE</Badge> : <Badge kind="paper">PAPER</Badge>;
}

export function StatusBadge({ session }: { readonly session: Session }): ReactNode {
  if (!session.running) return <Badge>not running</Badge>;
  if (session.status === "halted") return <Badge kind="halt">HALTED</Badge>;
  if (session.status === "reducing") return <Badge kind="warn">closing only</Badge>;
  if (!session.connected) return <Badge kind="bad">not connected</Badge>;
  return <Badge kind="good">active</Badge>;
}
