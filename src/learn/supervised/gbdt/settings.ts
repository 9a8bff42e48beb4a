/** @file What a training of boosted trees may be told, with defaults for bars of a market. */
import { checkNumber, checkWhole, TidemarkError } from "../../../core/index.ts";

export type GbdtSettings = {
  /** Rounds of boosting at most; a round is one tree, or one a class where there are more than two. */
  readonly trees: number;
  readonly learningRate: number;
  readonly leaves: number;
  /** Fewest rows of a leaf, exactly counted. */
  readonly minRows: number;
  /** Smallest sum of hessians of a leaf. */
  readonly minHessian: number;
  readonly l1: number;
  readonly l2: number;
  /** A split must gain more than this. */
  readonly minGain: number;
  /** Pulls a leaf's value towards its parent's, by about this many rows; 0 switches it off. */
  readonly pathSmooth: number;
  /** Largest absolute value of a leaf before the learning rate; 0 for no limit. */
  readonly maxStep: number;
  /** Values are sorted into at most this many bins. */
  readonly bins: number;
  /** Share of the blocks of rows that each tree sees, without replacement. */
  readonly rowShare: number;
  /** Share of the features that each tree sees. */
  readonly featureShare: number;
  /** Stop where the later slice has not improved for this many rounds; 0 trains all of them. */
  readonly patience: number;
  /** By feature: 1 where the output may only rise with it, -1 where it may only fall, 0 where it is free. Empty: all free. */
  readonly monotone: readonly number[];
};

export const GBDT_DEFAULTS: GbdtSettings = {
  trees: 200,
  learningRate: 0.05,
  leaves: 15,
  minRows: 100,
  minHessian: 1e-3,
  l1: 0,
  l2: 10,
  minGain: 0,
  pathSmooth: 0,
  maxStep: 0,
  bins: 255,
  rowShare: 0.7,
  featureShare: 0.7,
  patience: 20,
  monotone: [],
};

/** Bin of a missing value; values use the bins below it. */
export const MISSING_BIN = 255;

/** Throws CONFIG_VALUE. */
export function resolveGbdtSettings(given: Partial<GbdtSettings>, features: number): GbdtSettings {
  const settings = { ...GBDT_DEFAULTS, ...given };
  checkWhole("trees", settings.trees, 1, 100_000);
  checkNumber("learningRate", settings.learningRate, 1e-6, 1);
  checkWhole("leaves", settings.leaves, 2, 4096);
  checkWhole("minRows", settings.minRows, 1, 1e9);
  checkNumber("minHessian", settings.minHessian, 0, 1e12);
  checkNumber("l1", settings.l1, 0, 1e12);
  checkNumber("l2", settings.l2, 0, 1e12);
  checkNumber("minGain", settings.minGain, 0, 1e12);
  checkNumber("pathSmooth", settings.pathSmooth, 0, 1e12);
  checkNumber("maxStep", settings.maxStep, 0, 1e12);
  checkWhole("bins", settings.bins, 2, MISSING_BIN);
  checkNumber("rowShare", settings.rowShare, 1e-6, 1);
  checkNumber("featureShare", settings.featureShare, 1e-6, 1);
  checkWhole("patience", settings.patience, 0, 100_000);
  const { monotone } = settings;
  if (monotone.length > 0 && (monotone.length !== features || monotone.some((sign) => ![-1, 0, 1].includes(sign)))) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `monotone has ${monotone.length} entries, and there are ${features} features`,
      where: "monotone",
      fix: "Give -1, 0 or 1 for every feature, or leave it empty.",
    });
  }
  return settings;
}
