/**
 * @file The market as a vector env: many accounts of the simulated exchange side by side, each bar through the same
 * decision step that backtests and trades. Episodes start at random bars of the training range, all accounts of a
 * stretch together; the end of the time allowed cuts them, a liquidation ends one for good.
 */
import {
  clearIntents,
  type IntentColumns,
  InvariantError,
  intentColumns,
  Random,
  type RandomState,
} from "../../core/index.ts";
import { AccountStatus, type FillRecorder, SimulatedExchange } from "../../exchange/index.ts";
import type { FeatureTape } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { type ActionSpace, accountFeatureCount, writeAccountFeatures, writeMask } from "../../policy/index.ts";
import { type DecisionConfig, DecisionStep, Verdict } from "../../risk/index.ts";
import { type BarOutcome, type RewardWeights, rewardOf, type SharpeMemory } from "./rewards.ts";
import type { BarRange } from "./split.ts";
import { EpisodeCounter, type EpisodeRecord, type VectorEnv } from "./vector-env.ts";

export type TradingEnvOptions = {
  readonly tape: MarketTape;
  /** Normalized, one row for each bar of the tape. */
  readonly features: FeatureTape;
  readonly range: BarRange;
  readonly decision: DecisionConfig;
  readonly actionSpace: ActionSpace;
  readonly reward: RewardWeights;
  readonly stretches: number;
  readonly accountsPerStretch: number;
  readonly episodeBars: number;
  readonly initialBalance: number;
  readonly seed: number;
  /** `[G]` where each stretch always starts; random where absent. */
  readonly starts?: readonly number[];
  /** Draws the bar where a stretch starts, at least an episode before the end of the range. Default: any, all alike. */
  readonly drawStart?: (random: Random) => number;
  readonly recorder?: FillRecorder;
};

type State = {
  row: number[];
  left: number[];
  random: RandomState;
  episodes: { reward: number[]; steps: number[] };
  sharpe: SharpeMemory[];
  exchange: ReturnType<SimulatedExchange["state"]>;
  decision: ReturnType<DecisionStep["state"]>;
};

export class TradingEnv implements VectorEnv {
  readonly shape: VectorEnv["shape"];
  readonly actionSpace: ActionSpace;
  readonly stretches: number;
  readonly accountsPerStretch: number;
  readonly market: Float32Array;
  readonly row: Int32Array;
  readonly firstRow: number;
  readonly rewards: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly moved: Uint8Array;
  readonly exchange: SimulatedExchange;
  readonly decision: DecisionStep;
  readonly #options: TradingEnvOptions;
  /** `[G]` bars until the stretch is cut. */
  readonly #left: Int32Array;
  readonly #random: Random;
  readonly #episodes: EpisodeCounter;
  readonly #intents: IntentColumns;
  readonly #permissions: Uint8Array;
  readonly #side: Int8Array;
  readonly #sharpe: SharpeMemory[];
  #feeShares = 0;
  #gainShares = 0;
  readonly #outcome: BarOutcome = {
    equityBefore: 0,
    equityAfter: 0,
    drawdownBefore: 0,
    drawdownAfter: 0,
    fees: 0,
    budgetViolations: 0,
    flips: 0,
  };

  constructor(options: TradingEnvOptions) {
    const { tape, features, range, stretches, accountsPerStretch, episodeBars } = options;
    if (features.fromBar !== 0 || features.bars !== tape.bars) {
      throw new InvariantError("an env has a row of features for each bar of its tape");
    }
    if (range.to - range.from <= episodeBars) {
      throw new InvariantError(`an episode of ${episodeBars} bars fits into ${range.to - range.from}`);
    }
    const N = stretches * accountsPerStretch;
    this.#options = options;
    this.shape = {
      symbols: tape.symbols,
      marketFeatures: features.features,
      accountFeatures: accountFeatureCount(tape.symbols),
    };
    this.actionSpace = options.actionSpace;
    this.stretches = stretches;
    this.accountsPerStretch = accountsPerStretch;
    // ONNX Runtime doesn't take shared memory.
    this.market = new Float32Array(features.values);
    this.row = new Int32Array(stretches);
    this.firstRow = range.from;
    this.rewards = new Float32Array(N);
    this.terminated = new Uint8Array(N);
    this.truncated = new Uint8Array(N);
    this.moved = new Uint8Array(stretches);
    this.exchange = new SimulatedExchange(tape, options.decision.exchange, {
      accounts: N,
      seed: options.seed,
      ...(options.recorder === undefined ? {} : { recorder: options.recorder }),
    });
    this.decision = new DecisionStep(this.exchange, options.decision.sizing, options.decision.risk);
    this.#left = new Int32Array(stretches);
    this.#random = new Random(options.seed).fork("episodes");
    this.#episodes = new EpisodeCounter(N);
    this.#intents = intentColumns(tape.symbols);
    this.#permissions = new Uint8Array(tape.symbols);
    this.#side = new Int8Array(tape.symbols);
    this.#sharpe = Array.from({ length: N }, () => ({ mean: 0, square: 0 }));
    this.reset();
  }

  reset(): void {
    this.#episodes.clear();
    for (let g = 0; g < this.stretches; g++) this.#startStretch(g);
  }

  #startStretch(g: number): void {
    const { range, episodeBars, starts, drawStart } = this.#options;
    this.row[g] =
      starts?.[g] ?? drawStart?.(this.#random) ?? range.from + this.#random.below(range.to - range.from - episodeBars);
    this.#left[g] = episodeBars;
    const A = this.accountsPerStretch;
    for (let n = g * A; n < (g + 1) * A; n++) this.#startAccount(n, this.row[g]);
  }

  #startAccount(n: number, bar: number): void {
    this.exchange.reset(
      n,
      bar,
      this.#options.initialBalance,
      this.#options.starts === undefined ? this.#random.uint32() : n,
    );
    this.#sharpe[n].mean = 0;
    this.#sharpe[n].square = 0;
    this.terminated[n] = 0;
    this.truncated[n] = 0;
  }

  observe(account: Float32Array, mask: Float32Array): void {
    const { tape } = this.#options;
    const S = tape.symbols;
    const C = this.actionSpace.categories.length;
    const block = S * this.shape.accountFeatures;
    for (let n = 0; n < this.rewards.length; n++) {
      for (let s = 0; s < S; s++) {
        this.#permissions[s] = this.decision.permissions(n, s);
        writeMask(this.actionSpace, this.#permissions[s], mask, (n * S + s) * C);
      }
      writeAccountFeatures(this.exchange, n, this.#permissions, account, n * block);
    }
  }

  step(choice: Uint8Array, betaSamples: Float32Array): void {
    const A = this.accountsPerStretch;
    for (let g = 0; g < this.stretches; g++) {
      this.row[g]++;
      const cut = --this.#left[g] === 0 ? 1 : 0;
      for (let n = g * A; n < (g + 1) * A; n++) {
        const reward = this.#stepAccount(n, choice, betaSamples);
        this.rewards[n] = reward;
        const ended = this.exchange.book.status[n] === AccountStatus.liquidated;
        this.terminated[n] = ended ? 1 : 0;
        this.truncated[n] = ended ? 0 : cut;
        this.#episodes.count(n, reward);
      }
    }
  }

  #stepAccount(n: number, choice: Uint8Array, betaSamples: Float32Array): number {
    const S = this.shape.symbols;
    const B = this.actionSpace.betaHeads.length;
    const { reward } = this.#options;
    const { book } = this.exchange;
    const intents = this.#intents;
    const outcome = this.#outcome;
    clearIntents(intents);
    for (let s = 0; s < S; s++) {
      const row = n * S + s;
      this.actionSpace.toIntent(choice[row], betaSamples, row * B, s, intents);
      this.#side[s] = Math.sign(book.lots[row]);
    }
    outcome.equityBefore = book.equity[n];
    outcome.drawdownBefore = book.drawdown[n];
    const fees = book.fees[n];
    this.decision.apply(n, intents);
    this.exchange.advance(n);
    outcome.equityAfter = book.equity[n];
    outcome.drawdownAfter = book.drawdown[n];
    outcome.fees = book.fees[n] - fees;
    outcome.flips = 0;
    outcome.budgetViolations = 0;
    this.#feeShares += outcome.fees / outcome.equityBefore;
    this.#gainShares += outcome.equityAfter / outcome.equityBefore - 1;
    if (reward.flip !== 0 || reward.budgetViolation !== 0) {
      for (let s = 0; s < S; s++) {
        if (this.#side[s] * book.lots[n * S + s] < 0) outcome.flips++;
        if ((this.decision.verdicts[n * S + s] & Verdict.noBudget) !== 0) outcome.budgetViolations++;
      }
    }
    return rewardOf(reward, outcome, this.#sharpe[n]);
  }

  restart(): void {
    const A = this.accountsPerStretch;
    for (let g = 0; g < this.stretches; g++) {
      const cut = this.#left[g] === 0;
      this.moved[g] = cut ? 1 : 0;
      for (let n = g * A; n < (g + 1) * A; n++) {
        if (cut || this.terminated[n] === 1) this.#episodes.end(n, this.terminated[n] === 1);
        // A liquidated account starts again where its stretch stands: the market goes on.
        if (!cut && this.terminated[n] === 1) this.#startAccount(n, this.row[g]);
      }
      if (cut) this.#startStretch(g);
    }
  }

  /** Fees and changes of equity as shares of equity, summed over account-steps since the last call. */
  takeCosts(): { feeShares: number; gainShares: number } {
    const taken = { feeShares: this.#feeShares, gainShares: this.#gainShares };
    this.#feeShares = 0;
    this.#gainShares = 0;
    return taken;
  }

  /** Counts the episodes that have begun as cut where they stand: for an env that is given up. */
  cutEpisodes(): void {
    this.#episodes.endAll();
  }

  takeEpisodes(): EpisodeRecord[] {
    return this.#episodes.take();
  }

  /** In the order of the tape. */
  get symbols(): readonly string[] {
    return this.#options.tape.instruments.map(({ symbol }) => symbol);
  }

  state(): State {
    return {
      row: [...this.row],
      left: [...this.#left],
      random: this.#random.state(),
      episodes: this.#episodes.state(),
      sharpe: this.#sharpe.map((memory) => ({ ...memory })),
      exchange: this.exchange.state(),
      decision: this.decision.state(),
    };
  }

  restore(state: State): void {
    this.row.set(state.row);
    this.#left.set(state.left);
    this.#random.restore(state.random);
    this.#episodes.restore(state.episodes);
    for (const [n, memory] of state.sharpe.entries()) this.#sharpe[n] = { ...memory };
    this.exchange.restore(state.exchange);
    this.decision.restore(state.decision);
    this.terminated.fill(0);
    this.truncated.fill(0);
  }
}
