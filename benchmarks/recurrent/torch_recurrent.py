#!/usr/bin/env python3
"""Recurrent nets in PyTorch: time of a training step and of an answer on one processor core.

    python3 torch_recurrent.py [CASE ...]     one JSON line a case; without a CASE, all
    python3 torch_recurrent.py --serve        reads lines "CASE STEPS" and answers each with a JSON line: for recurrent/main.go

lstm, gru, bilstm: 32 sequences of 64 rows of 128 numbers, states of 256, a linear layer on the last state, two classes, Adam.
lm: the small language model of Zaremba et al. (2014): 10,000 words, vectors and two layers of LSTM of 200, 20 texts side by side,
20 words a step, gradients of the mean loss clipped to a norm of 0.25 (his 5 is of the sum over 20 words), SGD or Adam.
Times are processor time of the process, in milliseconds a step.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "internal" / "side"))
import torch_side  # before torch, which it holds to one core

import torch
from torch import nn
from torch.nn import functional

BATCH, LENGTH, INPUTS, HIDDEN = 32, 64, 128, 256
WORDS, WIDTH, TEXTS, PIECE = 10000, 200, 20, 20
CLIP = 5 / PIECE


class Classifier(nn.Module):
    """A recurrent layer and a linear one on its last state."""

    def __init__(self, kind, bidirectional):
        super().__init__()
        self.layer = kind(INPUTS, HIDDEN, bidirectional=bidirectional)
        self.output = nn.Linear(HIDDEN * (2 if bidirectional else 1), 2)

    def forward(self, rows):
        _, state = self.layer(rows)
        h = state[0] if isinstance(state, tuple) else state
        return self.output(torch.cat(list(h), dim=1))


class LanguageModel(nn.Module):
    """Embedding, two layers of LSTM, a linear layer to the words."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(WORDS, WIDTH)
        self.layer = nn.LSTM(WIDTH, WIDTH, 2)
        self.output = nn.Linear(WIDTH, WORDS)

    def forward(self, ids, state):
        rows, _ = self.layer(self.table(ids), state)
        return self.output(rows).flatten(0, 1)


def classifier(kind, bidirectional=False):
    model = Classifier(kind, bidirectional)
    rows, classes = torch.randn(LENGTH, BATCH, INPUTS), torch.randint(0, 2, (BATCH,))
    return model, lambda: model(rows), lambda: functional.cross_entropy(model(rows), classes)


def language_model():
    model = LanguageModel()
    ids, after = torch.randint(0, WORDS, (PIECE, TEXTS)), torch.randint(0, WORDS, (PIECE * TEXTS,))
    state = (torch.zeros(2, TEXTS, WIDTH), torch.zeros(2, TEXTS, WIDTH))
    return model, lambda: model(ids, state), lambda: functional.cross_entropy(model(ids, state), after)


MODELS = {
    "lstm": lambda: classifier(nn.LSTM),
    "gru": lambda: classifier(nn.GRU),
    "bilstm": lambda: classifier(nn.LSTM, True),
    "lm": language_model,
}
OPTIMISERS = {"adam": lambda p: torch.optim.Adam(p, lr=1e-4), "sgd": lambda p: torch.optim.SGD(p, lr=1)}
CASES = ["lstm-adam", "lstm-infer", "gru-adam", "gru-infer", "bilstm-adam", "bilstm-infer", "lm-sgd", "lm-adam", "lm-infer"]


def stepper(case):
    """A function that makes one step of the case."""
    torch.manual_seed(1)
    name, how = case.split("-")
    model, answer, loss = MODELS[name]()
    if how == "infer":
        model.eval()

        def infer():
            with torch.inference_mode():
                return answer()

        return infer, {}
    optimiser = OPTIMISERS[how](model.parameters())

    def train():
        optimiser.zero_grad(set_to_none=True)
        loss().backward()
        if name == "lm":
            nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimiser.step()

    return train, {}


if __name__ == "__main__":
    torch_side.run(stepper, CASES)
