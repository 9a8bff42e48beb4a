/** @file What a network is made of, as plain data: stored in every model file and checkpoint. */
import { TidemarkError } from "../../core/index.ts";

export type EncoderName = "mlp" | "gru";
export const ENCODER_NAMES: readonly EncoderName[] = ["mlp", "gru"];

export type NetworkSpec = {
  readonly encoder: EncoderName;
  /** Bars that the `mlp` encoder sees at once. Recurrent encoders see one and remember. */
  readonly window: number;
  /** Width of the market encoding. */
  readonly hiddenSize: number;
  /** Width of the layers after the account has joined. */
  readonly joinSize: number;
  /** Layers of that width. */
  readonly joinLayers: number;
  /** Whether the value has an encoder of its own. Separate networks learn clearly better where they can be afforded. */
  readonly separateCritic: boolean;
  /** Bars run through a recurrent encoder before the first decision. */
  readonly warmup: number;
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

const DEFAULTS: Readonly<Record<EncoderName, NetworkSpec>> = {
  mlp: {
    encoder: "mlp",
    window: 1,
    hiddenSize: 64,
    joinSize: 64,
    joinLayers: 1,
    separateCritic: true,
    warmup: 0,
  },
  gru: {
    encoder: "gru",
    window: 1,
    hiddenSize: 128,
    joinSize: 64,
    joinLayers: 1,
    separateCritic: false,
    warmup: 256,
  },
};

/** The encoder's defaults with changes. Throws CONFIG_VALUE for an unknown encoder or an impossible size. */
export function networkSpec(encoder: string, changes: Partial<Omit<NetworkSpec, "encoder">> = {}): NetworkSpec {
  const defaults = DEFAULTS[encoder as EncoderName] as NetworkSpec | undefined;
  if (defaults === undefined) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `"${encoder}" is not an encoder`,
      where: "model.encoder",
      fix: `Use one of ${ENCODER_NAMES.join(", ")}.`,
    });
  }
  const spec = { ...defaults, ...changes };
  for (const key of ["window", "hiddenSize", "joinSize", "joinLayers"] as const) {
    if (!Number.isInteger(spec[key]) || spec[key] < 1) {
      throw new TidemarkError("CONFIG_VALUE", {
        what: `${key} must be a whole number above 0, was ${spec[key]}`,
        where: "model",
      });
    }
  }
  return spec;
}
