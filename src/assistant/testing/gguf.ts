/**
 * @file Writes GGUF files (version 3) of tiny Llama models with random weights, and LoRA adapters for them: real files for the
 * real runtime, half a megabyte each.
 */
import { writeFileSync } from "node:fs";
import { Random } from "../../core/index.ts";

type Value =
  | { readonly type: "u32"; readonly value: number }
  | { readonly type: "f32"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "texts"; readonly value: readonly string[] }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "whole"; readonly value: readonly number[] };
type Tensor = { readonly name: string; readonly dimensions: readonly number[]; readonly data: Float32Array };

const TYPE_CODE = { u32: 4, i32: 5, f32: 6, text: 8, array: 9 } as const;
const ALIGNMENT = 32;
const F32 = 0;

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const f32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
const text = (value: string): Buffer => {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
};

function valueBytes(one: Value): Buffer {
  switch (one.type) {
    case "u32":
      return Buffer.concat([u32(TYPE_CODE.u32), u32(one.value)]);
    case "f32":
      return Buffer.concat([u32(TYPE_CODE.f32), f32(one.value)]);
    case "text":
      return Buffer.concat([u32(TYPE_CODE.text), text(one.value)]);
    case "texts":
      return Buffer.concat([u32(TYPE_CODE.array), u32(TYPE_CODE.text), u64(one.value.length), ...one.value.map(text)]);
    case "floats":
      return Buffer.concat([u32(TYPE_CODE.array), u32(TYPE_CODE.f32), u64(one.value.length), ...one.value.map(f32)]);
    case "whole":
      return Buffer.concat([u32(TYPE_CODE.array), u32(TYPE_CODE.i32), u64(one.value.length), ...one.value.map(u32)]);
    default:
      throw new Error("no such type");
  }
}

const padded = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function writeGguf(path: string, values: Readonly<Record<string, Value>>, tensors: readonly Tensor[]): void {
  const head: Buffer[] = [
    Buffer.from("GGUF"),
    u32(3),
    u64(tensors.length),
    u64(Object.keys(values).length),
    ...Object.entries(values).flatMap(([key, one]) => [text(key), valueBytes(one)]),
  ];
  let offset = 0;
  for (const { name, dimensions, data } of tensors) {
    head.push(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(F32), u64(offset));
    offset += padded(data.byteLength);
  }
  const start = Buffer.concat(head);
  const body = Buffer.alloc(padded(start.length) + offset);
  start.copy(body);
  let at = padded(start.length);
  for (const { data } of tensors) {
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).copy(body, at);
    at += padded(data.byteLength);
  }
  writeFileSync(path, body);
}

const LAYERS = 2;
const WIDTH = 64;
const INNER = 96;
const HEADS = 4;
const CONTROL = ["<unk>", "<s>", "</s>"];
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
const TOKENS = [
  ...CONTROL,
  ...Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`),
  ...PRINTABLE.map((letter) => (letter === " " ? "▁" : letter)),
];
const TOKEN_TYPES = TOKENS.map((_, i) => (i === 0 ? 2 : i < CONTROL.length ? 3 : i < CONTROL.length + 256 ? 6 : 1));

const whole = (value: number): Value => ({ type: "u32", value });

export type TinyModel = { readonly width?: number; readonly name?: string; readonly seed?: number };

/** A Llama of two layers that writes nonsense, the same for the same seed. */
export function writeTinyModel(path: string, { width = WIDTH, name = "tiny llama", seed = 1 }: TinyModel = {}): void {
  const random = new Random(seed);
  const matrix = (tensor: string, columns: number, rows: number, scale: number): Tensor => ({
    name: tensor,
    dimensions: [columns, rows],
    data: Float32Array.from({ length: columns * rows }, () => scale * random.normal()),
  });
  const ones = (tensor: string): Tensor => ({
    name: tensor,
    dimensions: [width],
    data: new Float32Array(width).fill(1),
  });
  const scale = 1 / Math.sqrt(width);
  const layers = Array.from({ length: LAYERS }, (_, i) => i).flatMap((i) => [
    ones(`blk.${i}.attn_norm.weight`),
    ...["attn_q", "attn_k", "attn_v", "attn_output"].map((part) =>
      matrix(`blk.${i}.${part}.weight`, width, width, scale),
    ),
    ones(`blk.${i}.ffn_norm.weight`),
    matrix(`blk.${i}.ffn_gate.weight`, width, INNER, scale),
    matrix(`blk.${i}.ffn_up.weight`, width, INNER, scale),
    matrix(`blk.${i}.ffn_down.weight`, INNER, width, scale),
  ]);
  writeGguf(
    path,
    {
      "general.architecture": { type: "text", value: "llama" },
      "general.type": { type: "text", value: "model" },
      "general.name": { type: "text", value: name },
      "llama.block_count": whole(LAYERS),
      "llama.context_length": whole(2_048),
      "llama.embedding_length": whole(width),
      "llama.feed_forward_length": whole(INNER),
      "llama.attention.head_count": whole(HEADS),
      "llama.attention.head_count_kv": whole(HEADS),
      "llama.rope.dimension_count": whole(width / HEADS),
      "llama.vocab_size": whole(TOKENS.length),
      "llama.attention.layer_norm_rms_epsilon": { type: "f32", value: 1e-5 },
      "tokenizer.ggml.model": { type: "text", value: "llama" },
      "tokenizer.ggml.tokens": { type: "texts", value: TOKENS },
      "tokenizer.ggml.scores": { type: "floats", value: TOKENS.map((_, i) => -i) },
      "tokenizer.ggml.token_type": { type: "whole", value: TOKEN_TYPES },
      "tokenizer.ggml.unknown_token_id": whole(0),
      "tokenizer.ggml.bos_token_id": whole(1),
      "tokenizer.ggml.eos_token_id": whole(2),
    },
    [
      matrix("token_embd.weight", width, TOKENS.length, 1),
      ...layers,
      ones("output_norm.weight"),
      matrix("output.weight", width, TOKENS.length, scale),
    ],
  );
}

export type TinyAdapter = {
  readonly width?: number;
  readonly architecture?: string;
  readonly kind?: string;
  readonly layer?: number;
  readonly rank?: number;
};

/** A LoRA adapter for the queries and values of one or both layers. */
export function writeTinyAdapter(
  path: string,
  { width = WIDTH, architecture = "llama", kind = "lora", layer, rank = 4 }: TinyAdapter = {},
): void {
  const random = new Random(2);
  const filled = (name: string, columns: number, rows: number): Tensor => ({
    name,
    dimensions: [columns, rows],
    data: Float32Array.from({ length: columns * rows }, () => random.normal()),
  });
  const layers = layer === undefined ? [0, 1] : [layer];
  writeGguf(
    path,
    {
      "general.type": { type: "text", value: "adapter" },
      "general.architecture": { type: "text", value: architecture },
      "adapter.type": { type: "text", value: kind },
      "adapter.lora.alpha": { type: "f32", value: rank },
    },
    layers.flatMap((i) =>
      ["attn_q", "attn_v"].flatMap((part) => [
        filled(`blk.${i}.${part}.weight.lora_a`, width, rank),
        filled(`blk.${i}.${part}.weight.lora_b`, rank, width),
      ]),
    ),
  );
}
