#!/usr/bin/env python3
"""BERT (Devlin et al. 2019) in PyTorch: time of a training step and of an answer on one processor core.

    python3 torch_bert.py [CASE ...]     one JSON line a case; without a CASE, all
    python3 torch_bert.py --serve        reads lines "CASE STEPS" and answers each with a JSON line: for main.go

Four layers of 256 features, 4 heads, 1,024 features inside a layer, 30,522 word pieces. A batch is 16 sequences of 128 pieces without
padding, of which 15 % are hidden, and 16 labels of pairs. The head of 30,522 classes is computed at the hidden places alone. Dropout is 0,
the optimiser Adam. Times are processor time of the process, in milliseconds a step.
"""
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "internal" / "side"))
import torch_side  # before torch, which it holds to one core

import torch
from torch import nn
from torch.nn import functional

PIECES, WIDTH, LAYERS, HEADS, INSIDE, PLACES = 30522, 256, 4, 4, 1024, 512
BATCH, LENGTH, HIDDEN = 16, 128, 0.15


class Layer(nn.Module):
    """Attention and two linear maps, each with a residual and a norm behind it."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.project = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.widen, self.narrow = nn.Linear(WIDTH, INSIDE), nn.Linear(INSIDE, WIDTH)
        self.attended, self.done = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x):
        batch, length, _ = x.shape
        q, k, v = (f(x).view(batch, length, HEADS, -1).transpose(1, 2) for f in (self.query, self.key, self.value))
        weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(WIDTH // HEADS), dim=3)
        context = (weights @ v).transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.attended(self.project(context) + x)
        return self.done(self.narrow(functional.gelu(self.widen(x))) + x)


class Bert(nn.Module):
    """Embeddings, layers, and the heads of pre-training."""

    def __init__(self):
        super().__init__()
        self.words, self.places, self.types = nn.Embedding(PIECES, WIDTH), nn.Embedding(PLACES, WIDTH), nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList([Layer() for _ in range(LAYERS)])
        self.pooler, self.pairs = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 2)
        self.transform, self.head_norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.bias = nn.Parameter(torch.zeros(PIECES))
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)

    def encode(self, ids):
        x = self.norm(self.words(ids) + self.places(torch.arange(ids.shape[1])) + self.types(torch.zeros_like(ids)))
        for layer in self.layers:
            x = layer(x)
        return x

    def loss(self, ids, hidden, labels, follows):
        x = self.encode(ids)
        rows = self.head_norm(functional.gelu(self.transform(x.reshape(-1, WIDTH)[hidden])))
        words = functional.linear(rows, self.words.weight, self.bias)
        pairs = self.pairs(torch.tanh(self.pooler(x[:, 0])))
        return functional.cross_entropy(words, labels) + functional.cross_entropy(pairs, follows)


def stepper(case):
    """A function that makes one step of the case."""
    torch.manual_seed(1)
    model = Bert()
    ids = torch.randint(0, PIECES, (BATCH, LENGTH))
    count = round(HIDDEN * BATCH * LENGTH)
    hidden = torch.randperm(BATCH * LENGTH)[:count].sort().values
    labels, follows = torch.randint(0, PIECES, (count,)), torch.randint(0, 2, (BATCH,))
    if case == "encode":
        model.eval()

        def encode():
            with torch.inference_mode():
                return model.encode(ids)

        return encode, {}
    if case != "pretrain":
        raise SystemExit(f"no case {case}")
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-4)

    def train():
        optimiser.zero_grad(set_to_none=True)
        model.loss(ids, hidden, labels, follows).backward()
        optimiser.step()

    return train, {}


if __name__ == "__main__":
    torch_side.run(stepper, ("pretrain", "encode"), warm=2, steps=2, turns=7)
