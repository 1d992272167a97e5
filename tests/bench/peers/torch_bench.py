"""PyTorch's side of the bench, on one thread: reads lines from standard input, answers with a line each.

    open W1      ->  <detail> | <loss of the first step>
    run W1 0.5   ->  <steps> <seconds> <last loss>

As its users train: torch.nn modules and torch.optim with their defaults. Inputs of the LSTM and the RNN are one-hot rows,
since torch.nn has no lookup into weight_ih; they are made once, outside the measured time, as they are for tensorflow.js.
"""

import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional

V = 65


def uniform(seed):
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state / 2**32


def random_ids(count, limit, seed):
    numbers = uniform(seed)
    return torch.tensor([math.floor(next(numbers) * limit) for _ in range(count)])


class Network(nn.Module):
    """A recurrent layer or stack, and a linear head: over every step, or over both directions' last states."""

    def __init__(self, recurrent, classes, every):
        super().__init__()
        self.recurrent, self.every = recurrent, every
        self.head = nn.Linear(recurrent.hidden_size * (2 if recurrent.bidirectional else 1), classes)

    def forward(self, x, state=None):
        h, state = self.recurrent(x, state)
        if not self.every:
            h = torch.cat([state[0], state[1]], dim=1)
        return self.head(h), state


def char_batch(batch, steps):
    ids = random_ids(batch * (steps + 1), V, 1).reshape(batch, steps + 1)
    return functional.one_hot(ids[:, :-1], V).float(), ids[:, 1:].reshape(-1)


def training(network, x, y, optimizer):
    def step():
        optimizer.zero_grad()
        logits, _ = network(x)
        loss = functional.cross_entropy(logits.reshape(len(y), -1), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def char_training(recurrent, batch, steps, optimizer):
    network = Network(recurrent, V, True)
    return training(network, *char_batch(batch, steps), optimizer(network.parameters()))


def features_training():
    numbers = uniform(2)
    x = torch.tensor([2 * next(numbers) - 1 for _ in range(32 * 50 * 16)]).reshape(32, 50, 16)
    network = Network(nn.GRU(16, 64, bidirectional=True, batch_first=True), 5, False)
    return training(network, x, random_ids(32, 5, 3), torch.optim.Adam(network.parameters(), 1e-3))


def forward():
    network = Network(nn.LSTM(V, 128, batch_first=True), V, True)
    x, y = char_batch(32, 64)

    def step():
        with torch.inference_mode():
            probabilities = functional.softmax(network(x)[0], dim=-1)
        return -probabilities.reshape(len(y), -1)[torch.arange(len(y)), y].log().mean().item() if step.scored else math.nan

    step.scored = True
    return step


def one_step():
    network = Network(nn.LSTM(V, 256, batch_first=True), V, True)
    x, y = char_batch(1, 64)
    rows = [x[:, t : t + 1] for t in range(64)]
    carried = {"at": 0, "state": None}

    def step():
        t = carried["at"] % 64
        with torch.inference_mode():
            logits, carried["state"] = network(rows[t], carried["state"])
            probabilities = functional.softmax(logits, dim=-1)
        carried["at"] += 1
        return -probabilities[0, 0, y[t]].log().item() if step.scored else math.nan

    step.scored = True
    return step


def adam(parameters):
    return torch.optim.Adam(parameters, 1e-3)


def adagrad(parameters):
    return torch.optim.Adagrad(parameters, 1e-2)


WORKLOADS = {
    "W1": lambda: char_training(nn.LSTM(V, 128, batch_first=True), 32, 64, adam),
    "W2": lambda: char_training(nn.LSTM(V, 256, num_layers=2, batch_first=True), 32, 64, adam),
    "W3": lambda: char_training(nn.RNN(V, 100, batch_first=True), 1, 25, adagrad),
    "W4": features_training,
    "W5": one_step,
    "W6": forward,
}


def run(step, seconds):
    steps, start = 0, time.perf_counter()
    while True:
        loss = step()
        steps += 1
        elapsed = time.perf_counter() - start
        if elapsed >= 0.95 * seconds:
            return f"{steps} {elapsed} {loss}"


def main():
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.manual_seed(1)
    opened = {}
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "open":
            step = opened[arguments[0]] = WORKLOADS[arguments[0]]()
            # One loss is a noisy figure where a step is one token.
            losses = [step() for _ in range(64 if arguments[0] == "W5" else 1)]
            step.scored = False
            print(f"{torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, 1 thread | {sum(losses) / len(losses)}", flush=True)
        else:
            print(run(opened[arguments[0]], float(arguments[1])), flush=True)


if __name__ == "__main__":
    main()
