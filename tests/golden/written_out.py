"""What torch.nn has no module for, one sequence and one step at a time: the GRU with the reset before the product, layer
normalisation inside the cells, and the recurrence from the output (Jordan). autograd makes the gradients.
"""

import torch

from formula import filled, gradients, listed, tensor, tensors
from stacks import BATCH, INPUTS, LENGTHS, OUTPUTS, STEPS, judge

HIDDEN = 4
GATES = {"rnn": 1, "lstm": 4, "gru": 3}


class Named(dict):
    """Parameters by name, filled by the formula in the order in which they are first named."""

    def make(self, name, *shape):
        self[name] = filled(len(self), *shape).requires_grad_()


def halves(p, layer, x, h):
    """LN(U x) + b_ih and LN(W h) + b_hh, or the same without LN."""
    ih, hh = p["rnn.weight_ih_l0"] @ x, p["rnn.weight_hh_l0"] @ h
    if layer.get("layerNorm"):
        norm = torch.nn.functional.layer_norm
        ih = norm(ih, ih.shape, p["rnn.ln_weight_ih_l0"], p["rnn.ln_bias_ih_l0"])
        hh = norm(hh, hh.shape, p["rnn.ln_weight_hh_l0"], p["rnn.ln_bias_hh_l0"])
    return ih + p["rnn.bias_ih_l0"], hh + p["rnn.bias_hh_l0"]


def step(p, layer, x, h, c):
    if layer["cell"] == "gru" and not layer.get("resetAfter", True):
        return gru_reset_before(p, layer, x, h), c
    ih, hh = halves(p, layer, x, h)
    if layer["cell"] == "rnn":
        a = ih + hh
        return (a.relu() if layer["activation"] == "relu" else a.tanh()), c
    if layer["cell"] == "lstm":
        i, f, g, o = (ih + hh).chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
    (xr, xz, xn), (hr, hz, hn) = ih.chunk(3), hh.chunk(3)
    r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
    n = (xn + r * hn).tanh()
    return (1 - z) * n + z * h, c


def gru_reset_before(p, layer, x, h):
    """The recurrent half is normalised in two parts, r and z together and n alone: Wn's product needs r first."""
    norm, size = torch.nn.functional.layer_norm, h.shape[0]
    weight, ih = p["rnn.weight_hh_l0"], p["rnn.weight_ih_l0"] @ x
    if layer.get("layerNorm"):
        ih = norm(ih, ih.shape, p["rnn.ln_weight_ih_l0"], p["rnn.ln_bias_ih_l0"])

    def recurrent(rows, v):
        product = weight[rows] @ v
        if layer.get("layerNorm"):
            product = norm(product, product.shape, p["rnn.ln_weight_hh_l0"][rows], p["rnn.ln_bias_hh_l0"][rows])
        return product + p["rnn.bias_hh_l0"][rows]

    xr, xz, xn = (ih + p["rnn.bias_ih_l0"]).chunk(3)
    hr, hz = recurrent(slice(0, 2 * size), h).chunk(2)
    r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
    n = (xn + recurrent(slice(2 * size, 3 * size), r * h)).tanh()
    return (1 - z) * n + z * h


def targets_for(kind):
    if kind == "classes":
        return torch.tensor([[(b + 2 * t + 1) % OUTPUTS for t in range(STEPS)] for b in range(BATCH)])
    y = filled(110, BATCH, STEPS, OUTPUTS)
    return y if kind == "values" else (y > 0).double()


def finish(name, config, p, x, targets, state, logits, last, extra=None):
    """Loss, gradients and the case as it is written."""
    present = torch.arange(STEPS)[None] < torch.tensor(LENGTHS)[:, None]
    yhat, loss = judge(config, logits, targets, present)
    outputs = torch.zeros_like(logits)
    outputs[present] = yhat
    loss.backward()
    batch = {"shape": [BATCH, STEPS], "inputs": tensor(x), "targets": tensor(targets), "lengths": LENGTHS, "state": tensors(state)}
    return {"name": name, "config": config, "parameters": listed(p), "batch": batch | (extra or {}),
            "expected": {"outputs": tensor(outputs), "loss": loss.item(), "state": tensors(last), "gradients": gradients(p),
                         "initialState": gradients(state), "inputs": tensor(x.grad)}}


def cell_case(name, layer):
    config = {"input": {"features": INPUTS}, "layers": [layer], "readout": "every", "output": {"values": OUTPUTS}}
    rows, p = GATES[layer["cell"]] * HIDDEN, Named()
    p.make("rnn.weight_ih_l0", rows, INPUTS)
    p.make("rnn.weight_hh_l0", rows, HIDDEN)
    p.make("rnn.bias_ih_l0", rows)
    p.make("rnn.bias_hh_l0", rows)
    for side in ["ih", "hh"] if layer.get("layerNorm") else []:
        p.make(f"rnn.ln_weight_{side}_l0", rows)
        p.make(f"rnn.ln_bias_{side}_l0", rows)
    p.make("head.weight", OUTPUTS, HIDDEN)
    p.make("head.bias", OUTPUTS)
    x = filled(100, BATCH, STEPS, INPUTS).requires_grad_()
    letters = "hc" if layer["cell"] == "lstm" else "h"
    state = {f"{letter}_l0": filled(200 + k, BATCH, HIDDEN).requires_grad_() for k, letter in enumerate(letters)}

    rows_of_logits, finals = [], []
    for b in range(BATCH):
        h, c, row = state["h_l0"][b], state["c_l0"][b] if "c_l0" in state else None, []
        for t in range(STEPS):
            if t < LENGTHS[b]:
                h, c = step(p, layer, x[b, t], h, c)
            row.append(p["head.weight"] @ h + p["head.bias"])
        rows_of_logits.append(torch.stack(row))
        finals.append((h, c))
    last = {f"{letter}_l0": torch.stack([final[k] for final in finals]) for k, letter in enumerate(letters)}
    return finish(name, config, p, x, targets_for("values"), state, torch.stack(rows_of_logits), last)


def fed_back(kind, logits, target):
    """What stands in for y(t-1): the target, or the model's own output."""
    if target is None:
        return {"classes": lambda: logits.softmax(-1), "values": lambda: logits, "labels": lambda: logits.sigmoid()}[kind]()
    return torch.nn.functional.one_hot(target, OUTPUTS).double() if kind == "classes" else target


def jordan_case(name, kind, activation, forced):
    """forced[b][t]: whether step t is given the target of step t-1; the initial state is y(-1)."""
    config = {"input": {"features": INPUTS}, "readout": "every", "output": {kind: OUTPUTS},
              "layers": [{"cell": "rnn", "hidden": HIDDEN, "activation": activation, "recurrence": "output"}]}
    p = Named()
    p.make("rnn.weight_ih_l0", HIDDEN, INPUTS)
    p.make("rnn.weight_oh_l0", HIDDEN, OUTPUTS)
    p.make("rnn.bias_ih_l0", HIDDEN)
    p.make("head.weight", OUTPUTS, HIDDEN)
    p.make("head.bias", OUTPUTS)
    x = filled(100, BATCH, STEPS, INPUTS).requires_grad_()
    state, targets = {"y_l0": filled(200, BATCH, OUTPUTS).requires_grad_()}, targets_for(kind)
    rows_of_logits, finals = [], []
    for b in range(BATCH):
        y, row = state["y_l0"][b], []
        for t in range(STEPS):
            if t < LENGTHS[b]:
                if t > 0:
                    y = fed_back(kind, row[-1], targets[b, t - 1] if forced[b][t] else None)
                a = p["rnn.weight_ih_l0"] @ x[b, t] + p["rnn.weight_oh_l0"] @ y + p["rnn.bias_ih_l0"]
                h = a.relu() if activation == "relu" else a.tanh()
            row.append(p["head.weight"] @ h + p["head.bias"])
        rows_of_logits.append(torch.stack(row))
        finals.append(fed_back(kind, row[LENGTHS[b] - 1], None))
    return finish(name, config, p, x, targets, state, torch.stack(rows_of_logits), {"y_l0": torch.stack(finals)}, {"forced": forced})


def cases():
    layers = {
        "gru, reset before the product": {"cell": "gru", "resetAfter": False},
        "rnn tanh, layer normalisation": {"cell": "rnn", "activation": "tanh", "layerNorm": True},
        "rnn relu, layer normalisation": {"cell": "rnn", "activation": "relu", "layerNorm": True},
        "lstm, layer normalisation": {"cell": "lstm", "layerNorm": True},
        "gru, layer normalisation": {"cell": "gru", "layerNorm": True},
        "gru, reset before the product, layer normalisation": {"cell": "gru", "resetAfter": False, "layerNorm": True},
    }
    made = [cell_case(name, dict(layer, hidden=HIDDEN)) for name, layer in layers.items()]
    forcings = {
        "free-running": lambda b, t: False,
        "teacher forcing": lambda b, t: True,
        "scheduled sampling": lambda b, t: (b + t) % 2 == 0,
    }
    for activation in ["tanh", "relu"]:
        for kind in ["classes", "values", "labels"]:
            for name, choose in forcings.items():
                forced = [[t > 0 and choose(b, t) for t in range(STEPS)] for b in range(BATCH)]
                made.append(jordan_case(f"output to hidden, {activation}, {kind}, {name}", kind, activation, forced))
    return made
