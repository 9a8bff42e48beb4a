/**
 * @file Speed of the compute room, one JSON line per figure: the least time of many runs, so that a busy machine disturbs it
 * little. One thread unless the line says otherwise.
 */
import {
  adam,
  add,
  attention,
  betaLogProbEntropy,
  categoricalLogProbEntropy,
  clip,
  compileForward,
  compileTrainStep,
  div,
  exp,
  type Feeds,
  gru,
  input,
  linear,
  lstm,
  matmul,
  mean,
  minimum,
  mul,
  neg,
  orthogonal,
  Parameters,
  reshape,
  softplus,
  split,
  sqrt,
  square,
  stacked,
  sub,
  sum,
  type Tensor,
  type TrainSession,
  tanh,
  uniform,
  zeros,
} from "../src/compute/index.ts";
import { Random, systemClock } from "../src/core/index.ts";

const random = new Random(1);
const fill = (length: number, f: () => number = () => random.normal()): Float32Array =>
  Float32Array.from({ length }, f);

/** The least time of many runs: what the work costs on this machine when nothing disturbs it. */
async function leastMs(run: () => Promise<unknown>, runs: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const startMs = systemClock.elapsedMs();
    await run();
    least = Math.min(least, systemClock.elapsedMs() - startMs);
  }
  return least;
}

function report(name: string, figures: Record<string, number | string>): void {
  const rounded = Object.entries(figures).map(([key, value]) => [
    key,
    typeof value === "number" ? Number(value.toPrecision(4)) : value,
  ]);
  console.log(JSON.stringify({ bench: name, ...Object.fromEntries(rounded) }));
}

async function benchMatmul(threads: number): Promise<void> {
  const n = 1024;
  const session = await compileForward({ outputs: { c: matmul(input("a", [n, n]), input("b", [n, n])) }, threads });
  const feeds = { a: fill(n * n), b: fill(n * n) };
  const ms = await leastMs(() => session.run(new Float32Array(0), feeds), 30);
  report("matmul 1024", { threads, ms, gflops: (2 * n ** 3) / ms / 1e6 });
  await session.release();
}

async function benchCall(): Promise<void> {
  const session = await compileForward({ outputs: { y: add(input("x", [8]), 1) } });
  const feeds = { x: fill(8) };
  report("one call", { ms: await leastMs(() => session.run(new Float32Array(0), feeds), 1000) });
  await session.release();
}

/** The PPO objective over rows: everything but the networks. */
function ppoLoss(
  logProb: Tensor,
  entropy: Tensor,
  value: Tensor,
  rows: number,
): { loss: Tensor; metrics: Record<string, Tensor> } {
  const [old, given, target] = ["old", "advantage", "return"].map((name) => input(name, [rows]));
  const range = input("clipRange", []);
  const centered = sub(given, mean(given));
  const advantage = div(centered, add(sqrt(mean(square(centered))), 1e-8));
  const logRatio = sub(logProb, old);
  const ratio = exp(logRatio);
  const clipped = mul(clip(ratio, sub(1, range), add(1, range)), advantage);
  const policyLoss = neg(mean(minimum(mul(ratio, advantage), clipped)));
  const valueLoss = mean(square(sub(value, target)));
  const bonus = mean(entropy);
  const loss = add(policyLoss, sub(mul(valueLoss, 0.5), mul(bonus, 0.01)));
  return { loss, metrics: { policyLoss, valueLoss, entropy: bonus, kl: mean(sub(sub(ratio, 1), logRatio)) } };
}

function ppoFeeds(rows: number): Record<string, Float32Array> {
  return { old: fill(rows).map(() => -1.1), advantage: fill(rows), return: fill(rows) };
}

async function benchSteps(name: string, session: TrainSession, feeds: Feeds, size: number): Promise<void> {
  const ms = await leastMs(() => session.step(feeds, { learningRate: 1e-5, clipRange: 0.2 }), 2000);
  report(name, { nodes: session.nodeCount, parameters: size, ms });
  await session.release();
}

function dense(p: Parameters, name: string, x: Tensor, outputs: number, gain: number): Tensor {
  const width = x.shape[x.shape.length - 1];
  return linear(x, p.add(`${name}.w`, [width, outputs], orthogonal(gain)), p.add(`${name}.b`, [outputs], zeros));
}

/** Two separate 64x64 networks, three actions, batch 64. */
async function benchPpoMlp(): Promise<void> {
  const [B, D, C] = [64, 8, 3];
  const p = new Parameters();
  const x = input("observation", [B, D]);
  const body = (name: string): Tensor =>
    tanh(dense(p, `${name}2`, tanh(dense(p, `${name}1`, x, 64, Math.SQRT2)), 64, Math.SQRT2));
  const logits = dense(p, "actor3", body("actor"), C, 0.01);
  const value = reshape(dense(p, "critic3", body("critic"), 1, 1), [B]);
  const { logProb, entropy } = categoricalLogProbEntropy(logits, input("action", [B, C]));
  const { loss, metrics } = ppoLoss(logProb, entropy, value, B);
  const feeds = {
    ...ppoFeeds(B),
    observation: fill(B * D),
    action: fill(B * C, () => 0).map((_, i) => Number(i % C === 0)),
  };
  const options = { parameters: p, loss, metrics, optimizer: adam({ epsilon: 1e-5 }), clipNorm: 0.5 };
  const initial = p.initialize(new Random(1));
  await benchSteps("ppo update, two 64x64, batch 64", await compileTrainStep({ ...options, initial }), feeds, p.size);
}

/**
 * Accounts that live on one stretch of market: the market's encoding is computed once for U places and S symbols and added
 * to each of A accounts' own; actor and critic apart; three directions and a Beta size for each symbol.
 */
async function benchPpoShared(): Promise<void> {
  const [U, A, S, D, K, H, C] = [8, 8, 5, 20, 12, 64, 3];
  const rows = U * A * S;
  const p = new Parameters();
  const market = input("market", [U * S, D]);
  const account = input("account", [rows, K]);
  const body = (name: string): Tensor => {
    const encoded = tanh(dense(p, `${name}.market`, market, H, Math.SQRT2));
    const shared = reshape(linear(encoded, p.add(`${name}.join`, [H, H], orthogonal(1))), [U, 1, S, H]);
    const own = reshape(dense(p, `${name}.account`, account, H, Math.SQRT2), [U, A, S, H]);
    return reshape(tanh(add(shared, own)), [rows, H]);
  };
  const heads = dense(p, "heads", body("actor"), C + 2, 0.01);
  const [logits, raw] = split(heads, [C, 2], 1);
  const [alpha, beta] = split(add(softplus(raw), 1), [1, 1], 1);
  const perStep = (x: Tensor): Tensor => sum(reshape(x, [U * A, S]), 1);
  const perAccount = dense(p, "value", body("critic"), 1, 1);
  const value = mean(reshape(perAccount, [U * A, S]), 1);
  const direction = categoricalLogProbEntropy(logits, input("action", [rows, C]));
  const size = betaLogProbEntropy(alpha, beta, input("size", [rows, 1]));
  const used = input("used", [rows, 1]);
  const logProb = add(perStep(direction.logProb), perStep(mul(size.logProb, used)));
  const entropy = add(perStep(direction.entropy), perStep(mul(size.entropy, used)));
  const { loss, metrics } = ppoLoss(logProb, entropy, value, U * A);
  const given = ppoFeeds(U * A);
  given["old"].fill(-6);
  const feeds = {
    ...given,
    market: fill(U * S * D),
    account: fill(rows * K),
    action: fill(rows * C, () => 0).map((_, i) => Number(i % C === 0)),
    size: fill(rows, () => 0.1 + 0.8 * random.uniform()),
    used: fill(rows, () => random.below(2)),
  };
  const options = { parameters: p, loss, metrics, optimizer: adam({ epsilon: 1e-5 }), clipNorm: 0.5 };
  const initial = p.initialize(new Random(1));
  await benchSteps(
    "ppo update, shared market U8 A8 S5 H64",
    await compileTrainStep({ ...options, initial }),
    feeds,
    p.size,
  );
}

async function benchRecurrent(kind: "gru" | "lstm", threads: number): Promise<void> {
  const [T, B, D, H] = [64, 40, 128, 128];
  const gates = kind === "gru" ? 3 : 4;
  const p = new Parameters();
  const w = p.add("w", [gates * H, D], stacked(gates, orthogonal(1)));
  const r = p.add("r", [gates * H, H], stacked(gates, orthogonal(1)));
  const bias = p.add("b", [2 * gates * H], uniform(0.1));
  const [x, h, c] = [input("x", [T, B, D]), input("h", [B, H]), input("c", [B, H])];
  const { outputs } = kind === "gru" ? gru(x, h, w, r, bias) : lstm(x, h, c, w, r, bias);
  const loss = mean(square(sub(outputs, input("target", [T, B, H]))));
  const initial = p.initialize(new Random(1));
  const session = await compileTrainStep({ parameters: p, loss, optimizer: adam(), clipNorm: 0.5, initial, threads });
  const feeds = { x: fill(T * B * D), h: fill(B * H), c: fill(B * H), target: fill(T * B * H) };
  const ms = await leastMs(() => session.step(feeds, { learningRate: 1e-4 }), 40);
  report(`${kind} T64 B40 H128, forward, backward, Adam`, { threads, nodes: session.nodeCount, ms });
  await session.release();
}

async function benchActing(batch: number): Promise<void> {
  const H = 128;
  const p = new Parameters();
  const w = p.add("w", [3 * H, H], stacked(3, orthogonal(1)));
  const r = p.add("r", [3 * H, H], stacked(3, orthogonal(1)));
  const bias = p.add("b", [6 * H], zeros);
  const { last } = gru(input("x", [1, batch, H]), input("h", [batch, H]), w, r, bias);
  const session = await compileForward({ parameters: p, outputs: { last } });
  const flat = p.initialize(new Random(1));
  const feeds = { x: fill(batch * H), h: fill(batch * H) };
  report("gru one bar, H128", { batch, ms: await leastMs(() => session.run(flat, feeds), 1000) });
  await session.release();
}

async function benchAttention(): Promise<void> {
  const [B, T, H, heads, window] = [5, 256, 64, 4, 64];
  const p = new Parameters();
  const bias = p.add("bias", [heads, window], zeros);
  const weights = p.add("w", [H, 3 * H], orthogonal(1));
  const [q, k, v] = split(linear(input("x", [B, T, H]), weights), [H, H, H], 2);
  const loss = mean(square(sub(attention(q, k, v, { heads, window, bias }), input("target", [B, T, H]))));
  const session = await compileTrainStep({
    parameters: p,
    loss,
    optimizer: adam(),
    initial: p.initialize(new Random(1)),
  });
  const feeds = { x: fill(B * T * H), target: fill(B * T * H) };
  const ms = await leastMs(() => session.step(feeds, { learningRate: 1e-4 }), 20);
  report("attention T256 B5 H64, forward, backward, Adam", { nodes: session.nodeCount, ms });
  await session.release();
}

for (const threads of [1, 2]) await benchMatmul(threads);
await benchCall();
await benchPpoMlp();
await benchPpoShared();
for (const threads of [1, 2]) await benchRecurrent("gru", threads);
for (const threads of [1, 2]) await benchRecurrent("lstm", threads);
await benchAttention();
for (const batch of [5, 40, 320]) await benchActing(batch);
