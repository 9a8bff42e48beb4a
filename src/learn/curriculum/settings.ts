/** @file The settings that a phase of training may change, with the bounds within which anything may move them. */

/** How the training market of a phase differs from the recorded one. All zero: not at all. */
export type AugmentationSettings = {
  /** Standard deviation of the noise on normalized features, in their units. */
  readonly featureNoise: number;
  /** Largest change of the price level, as a logarithm: 0.7 is half to double. */
  readonly priceScale: number;
  /** Probability that a drawn market is mirrored. */
  readonly flipProbability: number;
  /** Probability that the symbols of a drawn market change places. */
  readonly permuteProbability: number;
  /** Probability that the stretches of a drawn market are put in another order. */
  readonly shuffleProbability: number;
  /** Bars of such a stretch; whole days keep every bar at its time of day. */
  readonly shuffleBars: number;
  /** 0: every bar counts the same. 1: every symbol counts the same, however short its history. */
  readonly symbolBalance: number;
};

/** What a phase changes of the training, beside its market. */
export type LearningSettings = {
  readonly learningRate: number;
  /** Weight of the entropy of the categories. */
  readonly entropy: number;
  /** Weight of the entropy of the Beta heads. */
  readonly betaEntropy: number;
  readonly clip: number;
  readonly targetKl: number;
  readonly valueCoefficient: number;
  readonly gamma: number;
  /** Bars until an episode is cut. */
  readonly episodeBars: number;
};

export type PhaseSettings = LearningSettings & AugmentationSettings;
export type SettingName = keyof PhaseSettings;

type Bounds = { readonly min: number; readonly max: number; readonly whole: boolean };

const real = (min: number, max: number): Bounds => ({ min, max, whole: false });
const whole = (min: number, max: number): Bounds => ({ min, max, whole: true });

/** Nothing, neither a configuration nor a recommendation, leaves these. */
export const SETTING_BOUNDS: Readonly<Record<SettingName, Bounds>> = {
  learningRate: real(1e-6, 3e-3),
  entropy: real(0, 0.2),
  betaEntropy: real(0, 0.2),
  clip: real(0.02, 0.4),
  targetKl: real(0.002, 0.1),
  valueCoefficient: real(0.1, 2),
  gamma: real(0.8, 0.9999),
  episodeBars: whole(16, 1_000_000),
  featureNoise: real(0, 0.5),
  priceScale: real(0, 3),
  flipProbability: real(0, 0.5),
  permuteProbability: real(0, 1),
  shuffleProbability: real(0, 1),
  shuffleBars: whole(2, 1_000_000),
  symbolBalance: real(0, 1),
};

export const SETTING_NAMES = Object.keys(SETTING_BOUNDS) as readonly SettingName[];

/** The nearest allowed value. */
export function withinBounds(name: SettingName, value: number): number {
  const bounds = SETTING_BOUNDS[name];
  const inside = Math.min(bounds.max, Math.max(bounds.min, value));
  return bounds.whole ? Math.round(inside) : inside;
}
