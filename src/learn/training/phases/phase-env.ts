/**
 * @file The env of one phase: the accounts of a TradingEnv in markets that are drawn one after the other, with noise on
 * what the policy reads of them. To a learner it is one env with one matrix of features: a market is changed in place, and
 * only before a rollout, so that what was acted on is what is trained on.
 */
import { Random, type RandomState } from "../../../core/index.ts";
import type { AugmentationSettings } from "../../curriculum/index.ts";
import { type EpisodeRecord, TradingEnv, type VectorEnv } from "../../env/index.ts";
import { type Prepared, tradingEnvOptions } from "../prepare.ts";
import { balancedStarts, drawMarket, isAugmented, recordedMarket, type TrainingMarket } from "./market-draws.ts";
import { noisyFeatures, RowNoise } from "./row-noise.ts";

export type PhaseEnvOptions = {
  readonly settings: AugmentationSettings;
  readonly episodeBars: number;
  /** Rollouts in one drawn market. */
  readonly marketUpdates: number;
  readonly seed: number;
};

type State = {
  readonly draws: number;
  readonly rollouts: number;
  readonly noise: RandomState;
  readonly inner: ReturnType<TradingEnv["state"]>;
};

export class PhaseEnv implements VectorEnv {
  readonly market: Float32Array;
  readonly #prepared: Prepared;
  readonly #options: PhaseEnvOptions;
  readonly #recorded: TrainingMarket;
  readonly #noisyFeatures: Uint8Array;
  /** Rows before the one that is decided on which a decision or a warm-up reads. */
  readonly #history: number;
  readonly #noiseRandom: Random;
  #inner: TradingEnv;
  #noise: RowNoise;
  #draws = 0;
  /** In this market. */
  #rollouts = 0;
  /** Bars of the rollout that is going on. */
  #bars = 0;
  /** Episodes of markets that were given up; taken within the same update. */
  #cut: EpisodeRecord[] = [];

  constructor(prepared: Prepared, options: PhaseEnvOptions) {
    const { network } = prepared.options;
    this.#prepared = prepared;
    this.#options = options;
    this.#recorded = recordedMarket(prepared);
    this.#noisyFeatures = noisyFeatures(prepared.raw, prepared.split.train);
    this.#history = Math.max(network.warmup, network.window - 1);
    this.#noiseRandom = new Random(options.seed).fork("noise");
    this.market = new Float32Array(this.#recorded.features.values.length);
    [this.#inner, this.#noise] = this.#draw(0);
  }

  /** The market of draw number `draws`, with everybody at the start of an episode. */
  #draw(draws: number): [TradingEnv, RowNoise] {
    const { settings, episodeBars, seed } = this.#options;
    const { split, normalizer } = this.#prepared;
    const random = new Random(seed).fork(`market ${draws}`);
    const { tape, features } = drawMarket(this.#prepared, this.#recorded, settings, random.fork("augmentation"));
    const drawStart = balancedStarts(tape, split.train, episodeBars, settings.symbolBalance);
    const inner = new TradingEnv({
      ...tradingEnvOptions(this.#prepared),
      tape,
      features,
      range: split.train,
      episodeBars,
      seed: random.uint32(),
      ...(drawStart === undefined ? {} : { drawStart }),
    });
    this.market.set(inner.market);
    const noise = new RowNoise(this.market, inner.market, tape.symbols, {
      features: features.features,
      standardDeviation: settings.featureNoise,
      noisy: this.#noisyFeatures,
      bound: normalizer.clip,
    });
    this.#draws = draws;
    this.#rollouts = 0;
    return [inner, noise];
  }

  beforeRollout(bars: number): boolean {
    this.#bars = bars;
    const worn = this.#rollouts >= this.#options.marketUpdates && isAugmented(this.#options.settings);
    if (worn) {
      this.#inner.cutEpisodes();
      this.#cut.push(...this.#inner.takeEpisodes());
      [this.#inner, this.#noise] = this.#draw(this.#draws + 1);
    } else this.#noise.clear();
    for (let g = 0; g < this.stretches; g++) this.#cover(g);
    this.#rollouts++;
    return worn;
  }

  /** Noise on every row that the stretch can read until the end of the rollout. */
  #cover(g: number): void {
    const row = this.row[g];
    this.#noise.cover(row - this.#history, row + this.#bars + 1, this.#noiseRandom);
  }

  restart(): void {
    this.#inner.restart();
    for (let g = 0; g < this.stretches; g++) if (this.moved[g] === 1) this.#cover(g);
  }

  /** Markets drawn so far, the first included. */
  get markets(): number {
    return this.#draws + 1;
  }

  /** In the order of this market. */
  get symbols(): readonly string[] {
    return this.#inner.symbols;
  }

  get shape(): VectorEnv["shape"] {
    return this.#inner.shape;
  }

  get actionSpace(): TradingEnv["actionSpace"] {
    return this.#inner.actionSpace;
  }

  get stretches(): number {
    return this.#inner.stretches;
  }

  get accountsPerStretch(): number {
    return this.#inner.accountsPerStretch;
  }

  get row(): Int32Array {
    return this.#inner.row;
  }

  get firstRow(): number {
    return this.#inner.firstRow;
  }

  get rewards(): Float32Array {
    return this.#inner.rewards;
  }

  get terminated(): Uint8Array {
    return this.#inner.terminated;
  }

  get truncated(): Uint8Array {
    return this.#inner.truncated;
  }

  get moved(): Uint8Array {
    return this.#inner.moved;
  }

  takeCosts(): ReturnType<TradingEnv["takeCosts"]> {
    return this.#inner.takeCosts();
  }

  reset(): void {
    this.#inner.reset();
  }

  observe(account: Float32Array, mask: Float32Array): void {
    this.#inner.observe(account, mask);
  }

  step(choice: Uint8Array, betaSamples: Float32Array): void {
    this.#inner.step(choice, betaSamples);
  }

  takeEpisodes(): EpisodeRecord[] {
    const cut = this.#cut;
    this.#cut = [];
    return [...cut, ...this.#inner.takeEpisodes()];
  }

  state(): State {
    return {
      draws: this.#draws,
      rollouts: this.#rollouts,
      noise: this.#noiseRandom.state(),
      inner: this.#inner.state(),
    };
  }

  restore(state: State): void {
    if (state.draws !== this.#draws) [this.#inner, this.#noise] = this.#draw(state.draws);
    else this.#noise.clear();
    this.#rollouts = state.rollouts;
    this.#noiseRandom.restore(state.noise);
    this.#inner.restore(state.inner);
  }
}
