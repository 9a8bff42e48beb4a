/** @file The three graphs that a network is run as: acting, warming up a memory, and the exported policy. */
import { concat, type DType, gather, input, reshape, type Tensor } from "../../compute/index.ts";
import type { Encoded, MarketEncoder } from "./encoder.ts";
import type { Heads, Network } from "./network.ts";
import type { NetworkShape } from "./spec.ts";

const INDEX: DType = "int32";

export type MarketInput = {
  /** Rows of the feature matrix `[rows, S, F]` that is fed whole. */
  readonly rows: number;
};

/**
 * The features of `places` windows, gathered by index from the whole matrix.
 * @returns `[bars, places/bars*S, window*F]`
 */
function gatherMarket(
  encoder: MarketEncoder,
  shape: NetworkShape,
  market: MarketInput,
  bars: number,
  placesPerBar: number,
): Tensor {
  const { symbols: S, marketFeatures: F } = shape;
  const matrix = input("market", [market.rows * S, F]);
  const index = input("index", [bars * placesPerBar * S * encoder.window], INDEX);
  return reshape(gather(matrix, index), [bars, placesPerBar * S, encoder.window * F]);
}

/** Writes the matrix rows of one place: for each symbol its window, oldest bar first. Returns the next free offset. */
export function writeIndex(index: Int32Array, offset: number, row: number, symbols: number, window: number): number {
  let at = offset;
  for (let s = 0; s < symbols; s++) {
    for (let w = window - 1; w >= 0; w--) index[at++] = (row - w) * symbols + s;
  }
  return at;
}

/**
 * What an encoder reads of `bars * placesPerBar` places: the market, and where it remembers all, the account too.
 * @param account `[bars*placesPerBar*S, K]`, an account a place
 * @returns `[bars, placesPerBar*S, width]`
 */
export function encoderInput(
  network: Network,
  encoder: MarketEncoder,
  shape: NetworkShape,
  market: MarketInput,
  bars: number,
  placesPerBar: number,
): Tensor {
  const { symbols: S, marketFeatures: F, accountFeatures: K } = shape;
  const rows = placesPerBar * S;
  if (!network.remembersAll) return gatherMarket(encoder, shape, market, bars, placesPerBar);
  const account = reshape(input("account", [bars * rows, K]), [bars, rows, K]);
  return F === 0 ? account : concat([gatherMarket(encoder, shape, market, bars, placesPerBar), account], 2);
}

/** The marks of bars before which the memory of a row is emptied, `[bars, rows]`. */
export function resetInput(bars: number, rows: number): Tensor {
  return input("resets", [bars, rows]);
}

export type ActingGraph = Heads & { readonly state: Tensor | undefined };

/** One decision of A accounts on each of G stretches. */
export function actingGraph(
  network: Network,
  shape: NetworkShape,
  market: MarketInput,
  stretches: number,
  accounts: number,
): ActingGraph {
  const { encoder } = network;
  let encoded: (Encoded & { state: Tensor | undefined }) | undefined;
  if (encoder !== undefined) {
    const x = encoderInput(network, encoder, shape, market, 1, stretches);
    const flat = reshape(x, [x.shape[1], x.shape[2]]);
    encoded = encoder.step(flat, stateInput(encoder, stretches * shape.symbols));
  }
  const rows = stretches * accounts * shape.symbols;
  const account = input("account", [rows, shape.accountFeatures]);
  const mask = input("mask", [rows, shape.categories]);
  return { ...network.heads(encoded, account, mask, stretches, accounts), state: encoded?.state };
}

/**
 * Runs `bars` bars through the memory of G stretches and returns only the memory after them.
 * @param hasResets whether it is emptied at marked bars
 */
export function memoryGraph(
  network: Network,
  shape: NetworkShape,
  market: MarketInput,
  bars: number,
  stretches: number,
  hasResets = false,
): Tensor | undefined {
  const { encoder } = network;
  if (encoder === undefined || encoder.stateSize === 0) return undefined;
  const rows = stretches * shape.symbols;
  const x = encoderInput(network, encoder, shape, market, bars, stretches);
  return encoder.segment(x, stateInput(encoder, rows), hasResets ? resetInput(bars, rows) : undefined).state;
}

/** One decision of one account from plain feature rows: the graph of a policy file. */
export function policyGraph(network: Network, shape: NetworkShape): ActingGraph {
  const { encoder } = network;
  const { symbols: S, marketFeatures: F } = shape;
  const account = input("account", [S, shape.accountFeatures]);
  let encoded: (Encoded & { state: Tensor | undefined }) | undefined;
  if (encoder !== undefined) {
    const seen = input("market", [S, encoder.window * F]);
    encoded = encoder.step(network.remembersAll ? concat([seen, account], 1) : seen, stateInput(encoder, S));
  }
  const mask = input("mask", [S, shape.categories]);
  return { ...network.heads(encoded, account, mask, 1, 1), state: encoded?.state };
}

/** The memory input of `rows` symbols, or undefined where the encoder remembers nothing. */
export function stateInput(encoder: MarketEncoder, rows: number): Tensor | undefined {
  return encoder.stateSize === 0 ? undefined : input("state", [rows, encoder.stateSize]);
}
