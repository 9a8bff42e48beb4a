/** @file What parameters are inside a graph: pieces of one flat input, or fixed weights. */

import { InvariantError } from "../../core/index.ts";
import { reshape, split } from "../ops/layout.ts";
import type { Parameters } from "../parameters.ts";
import { textOf } from "../tensor/attributes.ts";
import { constant, input, type Tensor } from "../tensor/tensor.ts";
import type { BindParameter } from "./canonical.ts";

/** The flat vector's name among a graph's inputs. */
export const PARAMETERS = "parameters";

function ownName(parameters: Parameters | undefined, tensor: Tensor): string {
  const name = textOf(tensor.operation, "name");
  if (parameters?.has(tensor) !== true) {
    throw new InvariantError(`parameter "${name}" belongs to the parameters this graph is compiled with`);
  }
  return name;
}

/** Pieces of the flat input `[1, size]`: one split for all. A row keeps a bias ready for a product's added term. */
export function fromFlatInput(parameters: Parameters | undefined): BindParameter {
  const pieces = new Map<string, Tensor>();
  if (parameters !== undefined && parameters.size > 0) {
    const flat = input(PARAMETERS, [1, parameters.size]);
    const sizes = parameters.entries.map((entry) => entry.size);
    for (const [i, piece] of split(flat, sizes, 1).entries()) pieces.set(parameters.entries[i].name, piece);
  }
  return (tensor) => {
    const piece = pieces.get(ownName(parameters, tensor));
    if (piece === undefined) throw new InvariantError(`${tensor.label} has a piece of the flat vector`);
    return reshape(piece, tensor.shape);
  };
}

/** Constants with the values of a flat vector. */
export function fromValues(parameters: Parameters | undefined, values: Float32Array | undefined): BindParameter {
  return (tensor) => {
    const name = ownName(parameters, tensor);
    if (parameters === undefined || values === undefined)
      throw new InvariantError(`values are given for ${tensor.label}`);
    return constant(parameters.view(values, name), tensor.shape);
  };
}
