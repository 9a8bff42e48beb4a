/** @file What a network is made of, as plain data: stored in every model file and checkpoint. */
import { TidemarkError } from "../../core/index.ts";

/** What a memory is of. */
export const MEMORY_KINDS = ["market", "all"] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];

export const ENCODER_NAMES = ["mlp", "gru", "lstm", "transformer", "hierarchical"] as const;
export type EncoderName = (typeof ENCODER_NAMES)[number];

export type NetworkSpec = {
  readonly encoder: EncoderName;
  /** Bars that the `mlp` encoder sees at once. Encoders with memory see one and remember. */
  readonly window: number;
  /** Width of the market encoding. */
  readonly hiddenSize: number;
  /** Width of the layers after the account has joined. */
  readonly joinSize: number;
  /** Layers of that width. */
  readonly joinLayers: number;
  /** Whether the value has an encoder of its own. Separate networks learn clearly better where they can be afforded. */
  readonly separateCritic: boolean;
  /** Bars run through an encoder with memory before the first decision. */
  readonly warmup: number;
  /** Whether each symbol looks at the encodings of the others. */
  readonly crossAsset: boolean;
  /** Heads of every attention; they divide the width of the encoding. */
  readonly heads: number;
  /** Layers of a transformer. */
  readonly layers: number;
  /** Bars that one layer of a transformer sees, the bar itself among them. */
  readonly attentionWindow: number;
  /** Width of the `hierarchical` encoder's stream for risk. */
  readonly riskSize: number;
  /**
   * What a memory is of. "market": what happens whatever is done, so that accounts can share it. "all": the account too, for
   * worlds in which one's own acts bring about what is to be remembered; for encoders with a memory, an account a stretch.
   */
  readonly remember: MemoryKind;
  /**
   * Present where the heads give the worth of choices in place of probabilities: a logit is what a choice adds to the value
   * of an account, and the value is that of the best choices of all symbols. Joined layers are then normalized.
   */
  readonly choiceValues?: true;
};

/** The sizes of what goes in and comes out; fixed once a network is built. */
export type NetworkShape = {
  /** S. */
  readonly symbols: number;
  /** F; 0 where there is no market to encode. */
  readonly marketFeatures: number;
  /** K. */
  readonly accountFeatures: number;
  /** C. */
  readonly categories: number;
  /** B. */
  readonly betaHeads: number;
};

const COMMON = {
  window: 1,
  joinSize: 64,
  joinLayers: 1,
  separateCritic: false,
  warmup: 256,
  crossAsset: false,
  heads: 4,
  layers: 2,
  attentionWindow: 64,
  riskSize: 32,
  remember: "market",
} as const;

const DEFAULTS: Readonly<Record<EncoderName, NetworkSpec>> = {
  mlp: { ...COMMON, encoder: "mlp", hiddenSize: 64, separateCritic: true, warmup: 0 },
  gru: { ...COMMON, encoder: "gru", hiddenSize: 128 },
  lstm: { ...COMMON, encoder: "lstm", hiddenSize: 128 },
  transformer: { ...COMMON, encoder: "transformer", hiddenSize: 64 },
  hierarchical: { ...COMMON, encoder: "hierarchical", hiddenSize: 64, crossAsset: true },
};

const SIZES = [
  "window",
  "hiddenSize",
  "joinSize",
  "joinLayers",
  "heads",
  "layers",
  "attentionWindow",
  "riskSize",
] as const satisfies ReadonlyArray<keyof NetworkSpec>;

/** The encoder's defaults with changes. Throws CONFIG_VALUE for an unknown encoder or an impossible size. */
export function networkSpec(encoder: string, changes: Partial<Omit<NetworkSpec, "encoder">> = {}): NetworkSpec {
  if (!Object.hasOwn(DEFAULTS, encoder)) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `"${encoder}" is not an encoder`,
      where: "model.encoder",
      fix: `Use one of ${ENCODER_NAMES.join(", ")}.`,
    });
  }
  const defaults = DEFAULTS[encoder as EncoderName];
  // What an account saw before it was there can't be fed to its memory.
  const warmup = changes.remember === "all" ? 0 : defaults.warmup;
  const spec = { ...defaults, warmup, ...changes };
  for (const key of SIZES) {
    if (!Number.isInteger(spec[key]) || spec[key] < 1) {
      throw new TidemarkError("CONFIG_VALUE", {
        what: `${key} must be a whole number above 0, was ${spec[key]}`,
        where: "model",
      });
    }
  }
  if (!Number.isInteger(spec.warmup) || spec.warmup < 0) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `warmup must be a whole number, was ${spec.warmup}`,
      where: "model",
    });
  }
  if (spec.remember === "all" && (spec.encoder === "mlp" || spec.warmup > 0)) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `A memory of all that is seen (remember = "all") is for encoders with a memory and without warm-up, not for ${spec.encoder} with ${spec.warmup} bars of it`,
      where: "model.remember",
      fix: 'Use encoder = "gru", "lstm", "transformer" or "hierarchical", or remember = "market".',
    });
  }
  checkAttention(spec);
  return spec;
}

function checkAttention(spec: NetworkSpec): void {
  const overTime = spec.encoder === "transformer" || spec.encoder === "hierarchical";
  if ((overTime || spec.crossAsset) && spec.hiddenSize % spec.heads !== 0) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `hiddenSize (${spec.hiddenSize}) must be a multiple of heads (${spec.heads})`,
      where: "model",
      fix: `Use ${Math.ceil(spec.hiddenSize / spec.heads) * spec.heads}.`,
    });
  }
  if (overTime && spec.attentionWindow < 2) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: "attentionWindow must be at least 2: the bar itself and one before it",
      where: "model",
    });
  }
}
