/** @file What ended a trade, for people. */
import type { Trade } from "../trades.ts";

export const EXIT_TEXT: Readonly<Record<Trade["exitReason"], string>> = {
  open: "a turn to the other side",
  close: "its own decision",
  stop: "its stop",
  target: "its target",
  trail: "its trailing stop",
  time: "its greatest age",
  liquidation: "liquidation",
  final: "the end of the test",
  settled: "its symbol, which had no more bars",
};
