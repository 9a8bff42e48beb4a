"""Writes step.fixture.json: what PyTorch makes of one batch of PPO. Run: python3 record-step.py > step.fixture.json

Everything is float64; the numbers that go in are rounded to float32 first, so that both sides start from the same ones.
The network is that of a world without a market: account features, one tanh layer for actor and critic, heads for the
categories and one Beta number of every symbol, a value over the mean of the symbols.
"""

import json
import math

import torch

torch.manual_seed(20240607)
torch.set_default_dtype(torch.float64)

SAMPLES, SYMBOLS, FEATURES, JOIN, CATEGORIES, BETAS = 8, 2, 3, 4, 3, 1
ROWS = SAMPLES * SYMBOLS
USES = torch.tensor([0.0, 1.0, 1.0])
OUTPUTS = CATEGORIES + 2 * BETAS
SHAPES = [(FEATURES, 2 * JOIN), (2 * JOIN,), (JOIN, OUTPUTS), (OUTPUTS,), (JOIN, 1), (1,)]


def single(x):
    return x.to(torch.float32).to(torch.float64)


def network(pieces, account, mask):
    join_weight, join_bias, policy_weight, policy_bias, value_weight, value_bias = pieces
    joined = torch.tanh(account @ join_weight + join_bias)
    actor, critic = joined[:, :JOIN], joined[:, JOIN:]
    out = actor @ policy_weight + policy_bias
    logits = out[:, :CATEGORIES] + mask
    concentration = torch.nn.functional.softplus(out[:, CATEGORIES:]) + 1
    value = (critic.reshape(SAMPLES, SYMBOLS, JOIN).mean(1) @ value_weight + value_bias).reshape(SAMPLES)
    return logits, concentration[:, :BETAS], concentration[:, BETAS:], value


def terms(pieces, batch):
    logits, alpha, beta, value = network(pieces, batch["account"], batch["mask"])
    categories = torch.distributions.Categorical(logits=logits)
    numbers = torch.distributions.Beta(alpha, beta)
    used = USES[batch["choice"]].reshape(ROWS, 1)
    per_step = lambda x: x.reshape(SAMPLES, -1).sum(1)
    choice_log_prob = per_step(categories.log_prob(batch["choice"]))
    log_prob = choice_log_prob + per_step(numbers.log_prob(batch["betaSamples"]) * used)
    # Masked categories have no share: their p log p is 0, not the product of a tiny number with a huge one.
    share = torch.softmax(logits, 1)
    entropy = per_step(-(share * torch.log_softmax(logits, 1)).where(share > 0, torch.zeros_like(share)).sum(1)).mean()
    return log_prob, choice_log_prob, entropy, per_step(numbers.entropy() * used).mean(), value


def objective(pieces, batch, s):
    log_prob, choice_log_prob, entropy, beta_entropy, value = terms(pieces, batch)
    ratio = torch.exp(log_prob - batch["oldLogProb"])
    free = ratio * batch["advantage"]
    held = torch.clamp(ratio, 1 - s["clipRange"], 1 + s["clipRange"]) * batch["advantage"]
    policy_loss = -torch.min(free, held).mean()
    if s["valueClip"] is not None:
        old = batch["oldValue"]
        value = old + torch.clamp(value - old, -s["valueClip"], s["valueClip"])
    value_loss = ((value - batch["return"]) ** 2).mean()
    loss = policy_loss + s["valueCoefficient"] * value_loss
    loss = loss - s["entropyWeight"] * entropy - s["betaEntropyWeight"] * beta_entropy
    return loss, {
        "loss": loss, "policyLoss": policy_loss, "valueLoss": value_loss, "entropy": entropy,
        "betaEntropy": beta_entropy, "ratio": ratio, "choiceLogProb": choice_log_prob,
    }


def plain(x):
    if isinstance(x, torch.Tensor):
        return x.detach().reshape(-1).tolist() if x.dim() > 0 else x.item()
    return x


def main():
    start = [single(torch.randn(shape) * (0.9 if len(shape) == 2 else 0.3)) for shape in SHAPES]
    mask = torch.zeros(ROWS, CATEGORIES)
    for row, category in [(1, 2), (4, 0), (7, 1), (10, 2), (10, 1)]:
        mask[row, category] = -1e8
    choice = torch.randint(0, CATEGORIES, (ROWS,))
    for row in range(ROWS):
        while mask[row, choice[row]] < 0:
            choice[row] = (choice[row] + 1) % CATEGORIES
    batch = {
        "account": single(torch.randn(ROWS, FEATURES)),
        "mask": mask,
        "choice": choice,
        "betaSamples": single(torch.rand(ROWS, BETAS) * 0.9 + 0.05),
        "advantage": single(torch.randn(SAMPLES).abs() * torch.tensor([-1.0, -1, -1, -1, 1, 1, -1, 1])),
        "return": single(torch.randn(SAMPLES)),
    }
    # Old probabilities on both sides of the clip range, with advantages of both signs.
    log_prob = terms(start, batch)[0]
    batch["oldLogProb"] = single(log_prob - torch.tensor([0.0, 0.5, -0.6, 0.1, 0.45, -0.35, -0.02, 0.3]))
    batch["oldValue"] = single(terms(start, batch)[4] + torch.tensor([0.0, 0.4, -0.5, 0.1, -0.1, 0.05, 0.6, -0.15]))
    settings = [
        {"clipRange": 0.2, "valueCoefficient": 0.5, "valueClip": None, "entropyWeight": 0.07, "betaEntropyWeight": 0.03,
         "maxGradientNorm": 0.5, "learningRate": 0.01},
        {"clipRange": 0.15, "valueCoefficient": 0.25, "valueClip": 0.2, "entropyWeight": 0.02, "betaEntropyWeight": 0.05,
         "maxGradientNorm": 1000.0, "learningRate": 0.003},
    ]
    cases = []
    for s in settings:
        pieces = [piece.clone().requires_grad_(True) for piece in start]
        optimizer = torch.optim.Adam(pieces, lr=s["learningRate"], eps=1e-5)
        steps = []
        for _ in range(3):
            optimizer.zero_grad()
            loss, figures = objective(pieces, batch, s)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(pieces, s["maxGradientNorm"])
            gradient = torch.cat([piece.grad.reshape(-1) for piece in pieces])
            optimizer.step()
            flat = torch.cat([piece.detach().reshape(-1) for piece in pieces])
            steps.append({**{k: plain(v) for k, v in figures.items()}, "gradientNorm": norm.item(),
                          "clippedGradient": plain(gradient), "parameters": plain(flat)})
        cases.append({"settings": s, "steps": steps})
    print(json.dumps({
        "origin": f"PyTorch {torch.__version__}, float64, record-step.py",
        "shape": {"samples": SAMPLES, "symbols": SYMBOLS, "accountFeatures": FEATURES, "joinSize": JOIN,
                  "categories": CATEGORIES, "betaHeads": BETAS, "usedBy": USES.tolist()},
        "start": plain(torch.cat([piece.reshape(-1) for piece in start])),
        "batch": {k: plain(v) for k, v in batch.items()},
        "cases": cases,
    }))


main()
