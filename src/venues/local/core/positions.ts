/** @file Settings of an account's positions: leverage, one-way or hedge mode, margin mode, trading stop. */
import { addPartial, setFullLeg, trail } from "./brackets.ts";
import { tellAccount } from "./fills.ts";
import { choiceOf, lotsOf, type Parameters, textOf, ticksOf } from "./parameters.ts";
import { refuse, requireOrRefuse } from "./reject.ts";
import {
  type Account,
  type Bracket,
  isHedged,
  leverageOf,
  type Position,
  type PositionIdx,
  positionOf,
} from "./state.ts";
import type { Market, World } from "./world.ts";

export function setLeverage(world: World, account: Account, market: Market, parameters: Parameters): void {
  const { listing } = market;
  const buy = Number(textOf(parameters, "buyLeverage"));
  const sell = Number(textOf(parameters, "sellLeverage"));
  requireOrRefuse(buy > 0 && sell > 0, 10001, "leverage invalid");
  requireOrRefuse(buy === sell, 10001, "buy leverage not equal sell leverage");
  const hundredths = Math.round(buy * 100);
  if (hundredths < 100 || hundredths > listing.maxLeverage)
    refuse(110013, `Cannot set leverage [${hundredths}] gt maxLeverage [${listing.maxLeverage}] by risk limit`);
  if (hundredths === leverageOf(account, listing)) refuse(110043, "Set leverage has not been modified.");
  account.leverage.set(listing.symbol, hundredths);
  for (const position of account.positions.values()) {
    if (position.listing === listing && position.lots !== 0) tellAccount(world, account, position);
  }
}

export function switchMode(
  account: Account,
  listing: { symbol: string; quote: string } | undefined,
  parameters: Parameters,
): void {
  const mode = choiceOf(parameters, "mode", ["0", "3"]);
  const coin = textOf(parameters, "coin");
  requireOrRefuse(listing !== undefined || coin !== "", 10001, "symbol or coin is required");
  const concerns = (symbol: string, quote: string): boolean =>
    listing === undefined ? quote === coin : symbol === listing.symbol;
  for (const position of account.positions.values()) {
    if (position.lots !== 0 && concerns(position.listing.symbol, position.listing.quote))
      refuse(110024, "Existing position, so the position mode cannot be switched");
  }
  for (const order of account.open.values()) {
    if (order.listing.category === "linear" && concerns(order.listing.symbol, order.listing.quote)) {
      refuse(110028, "Existing orders, so the position mode cannot be switched");
    }
  }
  const key = listing === undefined ? `*${coin}` : listing.symbol;
  if (account.hedged.has(key) === (mode === "3")) refuse(110025, "Position mode is not modified");
  if (mode === "3") account.hedged.add(key);
  else account.hedged.delete(key);
}

/** POST /v5/position/trading-stop: full mode sets, moves or (with "0") removes; partial mode only adds. */
export function tradingStop(world: World, account: Account, market: Market, parameters: Parameters): void {
  const { listing } = market;
  const mode = choiceOf(parameters, "tpslMode", ["Full", "Partial"], "Full");
  const index = Number(textOf(parameters, "positionIdx") || "0") as PositionIdx;
  if (isHedged(account, listing) ? index === 0 : index !== 0) refuse(10001, "position idx not match position mode");
  const position = positionOf(account, listing, index);
  if (position.lots === 0) refuse(10001, "can not set tp/sl/ts for zero position");
  const takeProfit = legOf(parameters, market, "takeProfit", position, true);
  const stopLoss = legOf(parameters, market, "stopLoss", position, false);
  if (mode === "Partial") {
    const tpText = textOf(parameters, "tpSize");
    const slText = textOf(parameters, "slSize");
    requireOrRefuse(
      takeProfit === undefined || stopLoss === undefined || tpText === slText,
      110057,
      "tpSize and slSize must be the same",
    );
    const lots = lotsOf(parameters, takeProfit === undefined ? "slSize" : "tpSize", listing);
    requireOrRefuse(
      lots > 0 && lots <= Math.abs(position.lots),
      110059,
      "The size of take profit or stop loss exceeds the position",
    );
    addPartial(world, account, position, takeProfit ?? undefined, stopLoss ?? undefined, lots);
    tellAccount(world, account, position);
    return;
  }
  const trailing = textOf(parameters, "trailingStop");
  const changed = [
    applyLeg(world, account, position, "TakeProfit", takeProfit),
    applyLeg(world, account, position, "StopLoss", stopLoss),
    trailing === "" ? false : setTrailing(world, account, market, position, parameters),
  ].some(Boolean);
  if (!changed) refuse(34040, "not modified");
  tellAccount(world, account, position);
}

/** Undefined: leave as it is; null: take away. */
function legOf(
  parameters: Parameters,
  { listing, made }: Market,
  name: string,
  position: Position,
  profit: boolean,
): Bracket | null | undefined {
  const text = textOf(parameters, name);
  if (text === "") return undefined;
  if (Number(text) === 0) return null;
  const trigger = ticksOf(parameters, name, listing);
  const above = position.lots > 0 === profit;
  if (above ? trigger <= made.last : trigger >= made.last) {
    refuse(
      10001,
      `${name}:${text} set for ${position.lots > 0 ? "Buy" : "Sell"} position should be ${above ? "higher" : "lower"} than base_price`,
    );
  }
  return { trigger, limit: 0, triggerBy: textOf(parameters, `${profit ? "tp" : "sl"}TriggerBy`) || "LastPrice" };
}

function applyLeg(
  world: World,
  account: Account,
  position: Position,
  leg: "TakeProfit" | "StopLoss",
  bracket: Bracket | null | undefined,
): boolean {
  const current = leg === "TakeProfit" ? position.takeProfit : position.stopLoss;
  if (bracket === undefined || (bracket === null && current === undefined)) return false;
  if (bracket !== null && current?.trigger === bracket.trigger) return false;
  setFullLeg(world, account, position, leg, bracket ?? undefined);
  return true;
}

function setTrailing(
  world: World,
  account: Account,
  market: Market,
  position: Position,
  parameters: Parameters,
): boolean {
  const distance = ticksOf(parameters, "trailingStop", market.listing);
  if (distance === 0) {
    if (position.trailing === undefined) return false;
    position.trailing = undefined;
    setFullLeg(world, account, position, "StopLoss", undefined);
    return true;
  }
  position.trailing = {
    distance,
    active: ticksOf(parameters, "activePrice", market.listing),
    extreme: market.made.last,
  };
  trail(world, account, position);
  return true;
}
