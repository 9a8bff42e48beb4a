/**
 * @file All trainable numbers of a model in one flat vector, in the order of adding. Inside a graph one split gives the
 * pieces; clipping, the optimizer and checkpoints see a single array, however many layers there are.
 */
import { InvariantError, type Random, TidemarkError } from "../core/index.ts";
import type { Initializer } from "./initializers.ts";
import { type Shape, sizeOf } from "./tensor/shape.ts";
import { makeTensor, type Tensor } from "./tensor/tensor.ts";

export type ParameterEntry = {
  readonly name: string;
  readonly shape: Shape;
  /** Where the piece starts in the flat vector, in elements. */
  readonly offset: number;
  readonly size: number;
  readonly tensor: Tensor;
};

export class Parameters {
  readonly #entries: ParameterEntry[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #byName = new Map<string, ParameterEntry>();
  #size = 0;

  /** A new piece at the end of the vector, as a tensor for expressions. Names must be unique. */
  add(name: string, shape: Shape, initializer: Initializer): Tensor {
    if (this.#byName.has(name)) throw new InvariantError(`parameter names are unique, "${name}" was added twice`);
    if (!shape.every((n) => Number.isInteger(n) && n > 0)) {
      throw new TidemarkError("COMPUTE_SHAPE", {
        what: `Parameter "${name}" has the shape [${shape.join(", ")}]`,
        fix: "Every size must be a whole number above zero.",
      });
    }
    const size = sizeOf(shape);
    const tensor = makeTensor("Parameter", [], [...shape], "float32", { name, offset: this.#size });
    const entry: ParameterEntry = { name, shape: [...shape], offset: this.#size, size, tensor };
    this.#entries.push(entry);
    this.#initializers.push(initializer);
    this.#byName.set(name, entry);
    this.#size += size;
    return tensor;
  }

  /** The length of the flat vector. */
  get size(): number {
    return this.#size;
  }

  /** The pieces in the order of adding. */
  get entries(): readonly ParameterEntry[] {
    return this.#entries;
  }

  /** Whether a tensor is one of these pieces. */
  has(tensor: Tensor): boolean {
    return this.#entries.some((entry) => entry.tensor === tensor);
  }

  entry(name: string): ParameterEntry {
    const entry = this.#byName.get(name);
    if (entry === undefined) throw new InvariantError(`parameter "${name}" exists`);
    return entry;
  }

  /** A freshly initialized vector. The same generator state gives the same vector. */
  initialize(random: Random): Float32Array {
    const flat = new Float32Array(this.#size);
    for (const [i, entry] of this.#entries.entries()) {
      this.#initializers[i](this.view(flat, entry.name), entry.shape, random);
    }
    return flat;
  }

  /** The named piece of a flat vector, row-major, without a copy. */
  view(flat: Float32Array, name: string): Float32Array {
    const { offset, size } = this.entry(name);
    if (flat.length !== this.#size) {
      throw new InvariantError(`a parameter vector has ${this.#size} elements, had ${flat.length}`);
    }
    return flat.subarray(offset, offset + size);
  }
}
