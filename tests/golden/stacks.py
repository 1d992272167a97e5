"""Stacks of torch.nn.RNN, LSTM and GRU over packed sequences of unequal length, with every kind of output.

Each layer is a module of its own, so that unlike layers and all merges can be had; for stacks that torch.nn knows as one
module (equal layers, concat), the case is run a second time through that module and must give the same.
"""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from formula import filled, gradients, listed, tensor, tensors

BATCH, STEPS, LENGTHS = 3, 6, [4, 6, 2]
INPUTS, EMBEDDING, VOCABULARY, OUTPUTS = 3, 3, 5, 3

MODULES = {
    "rnn": lambda layer: (torch.nn.RNN, {"nonlinearity": layer.get("activation", "tanh")}),
    "lstm": lambda layer: (torch.nn.LSTM, {}),
    "gru": lambda layer: (torch.nn.GRU, {}),
}

MERGES = {
    "concat": lambda f, r: torch.cat([f, r], -1),
    "sum": lambda f, r: f + r,
    "average": lambda f, r: (f + r) / 2,
    "multiply": lambda f, r: f * r,
}


class Stack:
    """One model: an embedding or none, layers, a head. parameters maps names to tensors, in the order of their numbers k."""

    def __init__(self, config):
        self.config, self.parameters, self.modules = config, {}, []
        width = config["input"].get("features", config.get("embedding", config["input"].get("tokens")))
        if "embedding" in config:
            self.own("embedding.weight", config["input"]["tokens"], config["embedding"])
        for number, layer in enumerate(config["layers"]):
            kind, options = MODULES[layer["cell"]](layer)
            module = kind(width, layer["hidden"], bidirectional=layer.get("bidirectional", False), batch_first=True, **options).double()
            self.modules.append(module)
            for name, parameter in module.named_parameters():
                self.take("rnn." + name.replace("_l0", f"_l{number}"), parameter)
            width = layer["hidden"] * (2 if layer.get("merge", "concat") == "concat" and layer.get("bidirectional") else 1)
        outputs = next(iter(config["output"].values()))
        self.own("head.weight", outputs, width)
        self.own("head.bias", outputs)

    def own(self, name, *shape):
        self.take(name, torch.zeros(shape, dtype=torch.float64, requires_grad=True))

    def take(self, name, parameter):
        with torch.no_grad():
            parameter.copy_(filled(len(self.parameters), *parameter.shape))
        self.parameters[name] = parameter

    def initial_state(self):
        """h_l0, c_l0, h_l0_reverse …, each [B, H], numbers k from 200."""
        state = {}
        for number, layer in enumerate(self.config["layers"]):
            for suffix in ["", "_reverse"] if layer.get("bidirectional") else [""]:
                for letter in "hc" if layer["cell"] == "lstm" else "h":
                    state[f"{letter}_l{number}{suffix}"] = filled(200 + len(state), BATCH, layer["hidden"]).requires_grad_()
        return state

    def inputs(self):
        if "tokens" in self.config["input"]:
            tokens = self.config["input"]["tokens"]
            return torch.tensor([[(2 * b + 3 * t + t * t) % tokens for t in range(STEPS)] for b in range(BATCH)])
        return filled(100, BATCH, STEPS, self.config["input"]["features"]).requires_grad_()

    def targets(self):
        steps = () if self.config["readout"] == "last" else (STEPS,)
        (kind, outputs), = self.config["output"].items()
        if kind == "classes":
            ids = torch.tensor([[(b + 2 * t + 1) % outputs for t in range(STEPS)] for b in range(BATCH)])
            return ids if steps else ids[:, 0]
        y = filled(110, BATCH, *steps, outputs)
        return y if kind == "values" else (y > 0).double()

    def forward(self, x, lengths, state):
        """Outputs before the softmax or sigmoid, [B, T, O] or [B, O], and the last states."""
        if "embedding" in self.config:
            x = self.parameters["embedding.weight"][x]
        elif "tokens" in self.config["input"]:
            x = torch.nn.functional.one_hot(x, self.config["input"]["tokens"]).double()
        last = {}
        for number, (layer, module) in enumerate(zip(self.config["layers"], self.modules)):
            merge = MERGES[layer.get("merge", "concat")]
            ends = ["", "_reverse"] if layer.get("bidirectional") else [""]
            initial = tuple(torch.stack([state[f"{letter}_l{number}{end}"] for end in ends])
                            for letter in ("hc" if layer["cell"] == "lstm" else "h"))
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            packed, final = module(packed, initial if len(initial) == 2 else initial[0])
            x, _ = pad_packed_sequence(packed, batch_first=True, total_length=STEPS)
            for letter, vectors in zip("hc", final if layer["cell"] == "lstm" else (final,)):
                for end, vector in zip(ends, vectors):
                    last[f"{letter}_l{number}{end}"] = vector
            if len(ends) == 2:
                x = merge(*x.split(layer["hidden"], -1))
        if self.config["readout"] == "last":
            top = f"h_l{len(self.modules) - 1}"
            x = merge(last[top], last[top + "_reverse"]) if len(ends) == 2 else last[top]
        return x @ self.parameters["head.weight"].T + self.parameters["head.bias"], last


def judge(config, logits, targets, valid):
    """ŷ, and the loss as a mean over the valid steps (and over the elements of values and labels)."""
    logits = logits[valid]
    functions = torch.nn.functional
    if "classes" in config["output"]:
        return logits.softmax(-1), functions.cross_entropy(logits, targets[valid])
    if "values" in config["output"]:
        return logits, functions.mse_loss(logits, targets[valid])
    return logits.sigmoid(), functions.binary_cross_entropy_with_logits(logits, targets[valid])


def valid_steps(config, mask=None):
    """Which outputs there are, and which of them the loss counts."""
    if config["readout"] == "last":
        present = torch.ones(BATCH, dtype=torch.bool)
        return present, present
    present = torch.arange(STEPS)[None] < torch.tensor(LENGTHS)[:, None]
    return present, present if mask is None else present & (mask > 0)


def run(name, config, mask=None):
    model = Stack(config)
    x, state, targets = model.inputs(), model.initial_state(), model.targets()
    logits, last = model.forward(x, LENGTHS, state)
    present, counted = valid_steps(config, mask)
    _, loss = judge(config, logits, targets, counted)
    yhat, _ = judge(config, logits, targets, present)
    outputs = torch.zeros_like(logits)
    outputs[present] = yhat
    loss.backward()
    check_against_one_module(model, x, state, last)
    batch = {"shape": [BATCH, STEPS], "inputs": tensor(x), "targets": tensor(targets), "lengths": LENGTHS, "state": tensors(state)}
    if mask is not None:
        batch["mask"] = tensor(mask)
    expected = {"outputs": tensor(outputs), "loss": loss.item(), "state": tensors(last),
                "gradients": gradients(model.parameters), "initialState": gradients(state)}
    if x.is_leaf and x.requires_grad:
        expected["inputs"] = tensor(x.grad)
    return {"name": name, "config": config, "parameters": listed(model.parameters),
            "batch": batch, "expected": expected}


def check_against_one_module(model, x, state, last):
    """Equal layers with concat: torch.nn's own num_layers gives the same last states."""
    layers = model.config["layers"]
    if any(layer != layers[0] for layer in layers) or layers[0].get("merge", "concat") != "concat":
        return
    kind, options = MODULES[layers[0]["cell"]](layers[0])
    if "embedding" in model.config:
        x = model.parameters["embedding.weight"][x]
    elif not x.is_floating_point():
        x = torch.nn.functional.one_hot(x, model.config["input"]["tokens"]).double()
    whole = kind(x.shape[-1], layers[0]["hidden"], num_layers=len(layers), batch_first=True,
                 bidirectional=layers[0].get("bidirectional", False), **options).double()
    whole.load_state_dict({n.removeprefix("rnn."): p for n, p in model.parameters.items() if n.startswith("rnn.")})
    stacked = {letter: torch.stack([t for n, t in state.items() if n[0] == letter]) for letter in "hc" if f"{letter}_l0" in state}
    packed = pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False)
    _, final = whole(packed, tuple(stacked.values()) if len(stacked) == 2 else stacked["h"])
    for letter, vectors in zip("hc", final if len(stacked) == 2 else (final,)):
        want = torch.stack([t for n, t in last.items() if n[0] == letter])
        torch.testing.assert_close(vectors, want, rtol=0, atol=1e-14)


def case(layers, kind, readout, mask=None, tokens=False, embedding=None, label=""):
    config = {"layers": layers, "readout": readout, "output": {kind: OUTPUTS}}
    if tokens or embedding:
        config["input"] = {"tokens": VOCABULARY}
    else:
        config["input"] = {"features": INPUTS}
    if embedding:
        config["embedding"] = embedding
    both = layers[0].get("bidirectional", False)
    name = label or f"{len(layers)} layers, {'both directions' if both else 'one direction'}"
    return run(f"{name}, {kind}, {readout}", config, mask)


def equal_layers(layer):
    """The cases of one cell."""
    cases = []
    for readout in ["every", "last"]:
        for kind in ["classes", "values", "labels"]:
            both = [dict(layer, hidden=3, bidirectional=True)] * 2
            cases.append(case(both, kind, readout, embedding=EMBEDDING if kind == "classes" else None))
        cases.append(case([dict(layer, hidden=4)] * 2, "classes", readout, tokens=True))
        cases.append(case([dict(layer, hidden=4)], "values", readout, label="1 layer, one direction"))
    return cases


def unlike_layers():
    """Stacks of unlike layers, all merges, and a mask on the loss."""
    cases = []
    for merge in MERGES:
        for readout in ["every", "last"]:
            layers = [{"cell": "gru", "hidden": 3, "bidirectional": True, "merge": merge},
                      {"cell": "lstm", "hidden": 2, "bidirectional": True, "merge": merge}]
            cases.append(case(layers, "labels", readout, label=f"gru under lstm, both directions, {merge}"))
    layers = [{"cell": "lstm", "hidden": 3}, {"cell": "rnn", "hidden": 4, "activation": "relu"},
              {"cell": "gru", "hidden": 2, "bidirectional": True}, {"cell": "rnn", "hidden": 3, "activation": "tanh"}]
    cases.append(case(layers, "classes", "every", embedding=2, label="lstm, relu, gru both ways, tanh"))
    mask = torch.tensor([[float((b + t) % 3 != 1) for t in range(STEPS)] for b in range(BATCH)], dtype=torch.float64)
    cases.append(case([{"cell": "lstm", "hidden": 3}], "values", "every", mask=mask, label="mask on the loss"))
    return cases
