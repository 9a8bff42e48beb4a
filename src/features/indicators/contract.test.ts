import { FairValueGaps } from "../ict/fair-value-gaps.ts";
import { OrderBlocks } from "../ict/order-blocks.ts";
import { MarketStructure } from "../ict/structure.ts";
import { MarketRegime } from "../regime/market-regime.ts";
import { Turbulence } from "../regime/turbulence.ts";
import { type IndicatorCase, testIndicatorContract } from "../testing/contract.ts";
import { Aroon } from "./aroon.ts";
import { Atr } from "./atr.ts";
import { Bollinger } from "./bollinger.ts";
import { Cci } from "./cci.ts";
import { Donchian, Keltner } from "./channels.ts";
import { CalendarClock } from "./clock.ts";
import { DirectionalMovement } from "./directional-movement.ts";
import { Funding } from "./funding.ts";
import { Ichimoku } from "./ichimoku.ts";
import { LinearTrend } from "./linear-trend.ts";
import { Macd } from "./macd.ts";
import { MarketLink } from "./market-link.ts";
import { Momentum } from "./momentum.ts";
import { ChaikinMoneyFlow, MoneyFlowIndex } from "./money-flow.ts";
import { Ema, Sma } from "./moving-average.ts";
import { OnBalanceVolume } from "./on-balance-volume.ts";
import { ParabolicSar } from "./parabolic-sar.ts";
import { RangeVolatility } from "./range-volatility.ts";
import { RealizedVolatility } from "./realized-volatility.ts";
import { RelativeVolatilityIndex } from "./relative-volatility.ts";
import { Rsi } from "./rsi.ts";
import { StochRsi } from "./stoch-rsi.ts";
import { Stochastic } from "./stochastic.ts";
import { Trix } from "./trix.ts";
import { UltimateOscillator } from "./ultimate-oscillator.ts";
import { VolumeProfile } from "./volume-profile.ts";
import { VolumeScore } from "./volume-score.ts";
import { RollingVwap, SessionVwap } from "./vwap.ts";
import { WilliamsR } from "./williams-r.ts";

const CLOCK = ["day", "week", "asia", "europe", "america", "weekend"];

const cases: readonly IndicatorCase[] = [
  { name: "Rsi", create: () => new Rsi(14) },
  { name: "Atr", create: () => new Atr(14) },
  { name: "Bollinger", create: () => new Bollinger(20) },
  { name: "Momentum", create: () => new Momentum(12) },
  { name: "RealizedVolatility", create: () => new RealizedVolatility(48) },
  { name: "VolumeScore", create: () => new VolumeScore(48) },
  { name: "CalendarClock", create: () => new CalendarClock(), restless: CLOCK },
  { name: "Sma", create: () => new Sma(50) },
  { name: "Ema", create: () => new Ema(50) },
  { name: "Macd", create: () => new Macd(12, 26, 9) },
  { name: "Stochastic", create: () => new Stochastic(14, 3, 3) },
  { name: "StochRsi", create: () => new StochRsi(14) },
  { name: "Cci", create: () => new Cci(20) },
  { name: "WilliamsR", create: () => new WilliamsR(14) },
  { name: "Trix", create: () => new Trix(15) },
  { name: "UltimateOscillator", create: () => new UltimateOscillator(7, 14, 28) },
  { name: "RelativeVolatilityIndex", create: () => new RelativeVolatilityIndex(14) },
  { name: "OnBalanceVolume", create: () => new OnBalanceVolume(20), cumulative: ["total"] },
  { name: "ChaikinMoneyFlow", create: () => new ChaikinMoneyFlow(20) },
  { name: "MoneyFlowIndex", create: () => new MoneyFlowIndex(14) },
  { name: "DirectionalMovement", create: () => new DirectionalMovement(14) },
  { name: "Aroon", create: () => new Aroon(25) },
  { name: "ParabolicSar", create: () => new ParabolicSar(0.02, 0.2), restless: ["side"] },
  { name: "Ichimoku", create: () => new Ichimoku(9, 26, 52) },
  { name: "Keltner", create: () => new Keltner(20, 10) },
  { name: "Donchian", create: () => new Donchian(20) },
  { name: "SessionVwap", create: () => new SessionVwap(288) },
  { name: "RollingVwap", create: () => new RollingVwap(48) },
  { name: "RangeVolatility", create: () => new RangeVolatility(24) },
  { name: "LinearTrend", create: () => new LinearTrend(48) },
  { name: "VolumeProfile", create: () => new VolumeProfile(96) },
  { name: "MarketLink", create: () => new MarketLink(48), restless: ["lead", "correlation", "relative", "beta"] },
  { name: "Funding", create: () => new Funding(96), restless: ["rate", "change", "mean"] },
  { name: "FairValueGaps", create: () => new FairValueGaps(96) },
  { name: "MarketStructure", create: () => new MarketStructure(3, 96) },
  { name: "OrderBlocks", create: () => new OrderBlocks(3, 96) },
  { name: "MarketRegime", create: () => new MarketRegime() },
  { name: "Turbulence", create: () => new Turbulence() },
];

testIndicatorContract(cases);
