/**
 * @file What a person, or a program on a person's behalf, may tell a running engine, and what became of it. A command is an
 * input like any other: it is journaled before it takes effect, and its end is a fact of the journal.
 */
import type { DecimalText, ErrorCode } from "../../core/index.ts";
import type { AssetClass, SizingConfig } from "../../portfolio/index.ts";
import type { EngineConfig } from "./config.ts";

/** Stop and target as a person set them; absent leaves what the strategy planned, null takes the target away. */
export type ManualBrackets = {
  readonly stopPrice?: DecimalText | undefined;
  readonly targetPrice?: DecimalText | null | undefined;
};

/** The version of a position or an order as whoever commands saw it: where it is another by now, nothing is done. */
type AsSeen = { readonly ifVersion?: string | undefined };

export type CommandOrder =
  | { readonly command: "halt" | "resume" | "flatten" | "close-only" }
  /** Closes one position at the market; trading goes on. */
  | ({ readonly command: "close-position"; readonly symbol: string } & AsSeen)
  | ({ readonly command: "cancel-order"; readonly clientOrderId: string } & AsSeen)
  | ({ readonly command: "change-protection"; readonly symbol: string } & ManualBrackets & AsSeen)
  /** Off: positions of the class may shrink and close, nothing of it is opened. */
  | { readonly command: "switch-class"; readonly assetClass: AssetClass; readonly open: boolean }
  /** Settings read anew, validated before they come here. */
  | { readonly command: "reload"; readonly config: EngineConfig; readonly budget?: SizingConfig["budget"] };

export type Command = CommandOrder["command"];

/** Who told it, and from where: "command line", "api 127.0.0.1", "file". */
export type Actor = { readonly by: string; readonly from: string };

export type CommandStatus = "accepted" | "done" | "refused";

export type CommandRecord = Actor & {
  /** Given by whoever sends it: the same id is carried out once, however often it is sent. */
  readonly id: string;
  /** Of its record in the journal. */
  readonly seq: number;
  readonly atMs: number;
  readonly reason: string;
  readonly order: CommandOrder;
  readonly status: CommandStatus;
  /** Why it was refused. */
  readonly code?: ErrorCode | undefined;
  readonly detail: string;
  /** 0 while it is under way. */
  readonly endedMs: number;
};

/** What a command is about: a symbol, an order, an asset class; empty for the whole session. */
export function subjectOf(order: CommandOrder): string {
  switch (order.command) {
    case "close-position":
    case "change-protection":
      return order.symbol;
    case "cancel-order":
      return order.clientOrderId;
    case "switch-class":
      return order.assetClass;
    case "halt":
    case "resume":
    case "flatten":
    case "close-only":
    case "reload":
  }
  return "";
}
