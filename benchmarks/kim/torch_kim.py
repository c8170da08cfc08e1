#!/usr/bin/env python3
"""Kim's sentence classifier (2014) in PyTorch: time of a training step and of an answer on one processor core.

    python3 torch_kim.py [CASE ...]     one JSON line a case; without a CASE, all
    python3 torch_kim.py --serve        reads lines "CASE STEPS" and answers each with a JSON line: for kim/main.go

A batch is 50 texts of 56 words out of 20,000; vectors of 300 numbers, filters over 3, 4 and 5 words with 100 maps each, dropout 0.5,
two classes. Times are processor time of the process, in milliseconds a step.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "internal" / "side"))
import torch_side  # before torch, which it holds to one core

import torch
from torch import nn
from torch.nn import functional

TEXTS, LENGTH, WORDS, WIDTH, MAPS, CLASSES = 50, 56, 20000, 300, 100, 2


class Kim(nn.Module):
    """Embedding, one convolution for each width, ReLU, maximum over time, dropout, linear layer."""

    def __init__(self, sparse=False, static=False):
        super().__init__()
        self.table = nn.Embedding(WORDS, WIDTH, sparse=sparse)
        self.table.weight.requires_grad_(not static)
        self.filters = nn.ModuleList([nn.Conv1d(WIDTH, MAPS, width) for width in (3, 4, 5)])
        self.dropout = nn.Dropout(0.5)
        self.output = nn.Linear(3 * MAPS, CLASSES)

    def forward(self, ids):
        columns = self.table(ids).transpose(1, 2)  # (texts, width, length)
        features = [torch.relu(f(columns)).max(dim=2).values for f in self.filters]
        return self.output(self.dropout(torch.cat(features, dim=1)))


def dense(method, model):
    return [method([p for p in model.parameters() if p.requires_grad])]


def sparse_and_dense(model):
    """SparseAdam takes the table only; Adam has the rest."""
    rest = [p for name, p in model.named_parameters() if not name.startswith("table")]
    return [torch.optim.SparseAdam([model.table.weight]), torch.optim.Adam(rest)]


CASES = {
    "static": (dict(static=True), lambda m: dense(torch.optim.Adam, m), "Adam"),
    "nonstatic-dense": ({}, lambda m: dense(torch.optim.Adam, m), "Adam, dense gradients"),
    "nonstatic-adadelta": ({}, lambda m: dense(lambda p: torch.optim.Adadelta(p, lr=1, rho=0.95), m), "Adadelta, dense gradients"),
    "nonstatic-sparse": (dict(sparse=True), sparse_and_dense, "SparseAdam on the table, Adam on the rest"),
    "inference": (dict(static=True), None, "none"),
}


def stepper(case):
    """A function that makes one step of the case, and what its line says besides."""
    torch.manual_seed(1)
    options, optimisers, name = CASES[case]
    model = Kim(**options)
    ids = torch.randint(0, WORDS, (TEXTS, LENGTH))
    classes = torch.arange(TEXTS) % CLASSES
    if optimisers is None:
        model.eval()

        def answer():
            with torch.inference_mode():
                return functional.softmax(model(ids), dim=1)

        return answer, {"optimiser": name}
    optimisers = optimisers(model)

    def train():
        for o in optimisers:
            o.zero_grad(set_to_none=True)
        functional.cross_entropy(model(ids), classes).backward()
        for o in optimisers:
            o.step()

    return train, {"optimiser": name}


if __name__ == "__main__":
    torch_side.run(stepper, CASES)
