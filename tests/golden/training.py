"""Optimisers, clipping and learning rate schedules of torch.optim."""

import torch

from formula import listed, tensor, tensors
from stacks import LENGTHS, VOCABULARY, Stack, judge, valid_steps

STEPS = 10
CONFIG = {"input": {"tokens": VOCABULARY}, "layers": [{"cell": "gru", "hidden": 3}], "readout": "every", "output": {"classes": 4}}

OPTIMIZERS = [
    ("SGD", {"lr": 0.5}),
    ("SGD", {"lr": 0.5, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.05}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.05}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-6, "momentum": 0.5, "weight_decay": 0.05}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "eps": 1e-6, "weight_decay": 0.05}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": [0.8, 0.95], "eps": 1e-6, "weight_decay": 0.05}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.05, "betas": [0.8, 0.95], "eps": 1e-6, "weight_decay": 0.2}),
]


def loss_of(model):
    logits, _ = model.forward(model.inputs(), LENGTHS, {"h_l0": torch.zeros(len(LENGTHS), 3, dtype=torch.float64)})
    _, counted = valid_steps(model.config)
    return judge(model.config, logits, model.targets(), counted)[1]


def head(model):
    return {"config": CONFIG, "parameters": listed(model.parameters),
            "batch": {"shape": [len(LENGTHS), model.inputs().shape[1]], "inputs": tensor(model.inputs()),
                      "targets": tensor(model.targets()), "lengths": LENGTHS}}


def train(name, options, clip=None):
    model = Stack(CONFIG)
    parameters = list(model.parameters.values())
    optimizer = getattr(torch.optim, name)(parameters, **options)
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(model)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, clip if clip else float("inf"))
        optimizer.step()
        losses.append(loss.item())
        norms.append(norm.item())
    case = {"name": name + (f", clip {clip}" if clip else ""), "optimizer": name, "options": options, "defaults": defaults(optimizer),
            "expected": {"losses": losses, "gradNorms": norms, "weights": tensors(model.parameters)}}
    if clip:
        case["clipNorm"] = clip
    return head(model) | case


def defaults(optimizer):
    """All options as torch used them, where they are numbers."""
    kept = {}
    for name, option in optimizer.defaults.items():
        if name in ("lr", "weight_decay", "momentum", "dampening", "alpha", "eps", "nesterov"):
            kept[name] = option
        if name == "betas":
            kept["betas"] = list(option)
    return kept


def optimizers():
    return [train(name, options) for name, options in OPTIMIZERS] + [train("SGD", {"lr": 0.5}, 0.2), train("Adam", {"lr": 0.05}, 0.2)]


def clipping():
    made = []
    for kind, limit in [("norm", 0.05), ("norm", 100.0), ("value", 0.01), ("value", 100.0)]:
        model = Stack(CONFIG)
        parameters = list(model.parameters.values())
        loss_of(model).backward()
        expected = {}
        if kind == "norm":
            expected["norm"] = torch.nn.utils.clip_grad_norm_(parameters, limit).item()
        else:
            torch.nn.utils.clip_grad_value_(parameters, limit)
        expected["gradients"] = tensors({n: p.grad for n, p in model.parameters.items()})
        made.append(head(model) | {"name": f"{kind} {limit}", "clip": kind, "limit": limit, "expected": expected})
    return made


SCHEDULES = [
    ("StepLR", {"step_size": 4, "gamma": 0.5}),
    ("StepLR", {"step_size": 3}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("CosineAnnealingLR", {"T_max": 19}),
    ("CosineAnnealingLR", {"T_max": 8, "eta_min": 0.02}),
    ("LinearLR", {"start_factor": 0.1, "total_iters": 7}),
    ("LinearLR", {}),
    ("ReduceLROnPlateau", {"factor": 0.5, "patience": 2}),
    ("ReduceLROnPlateau", {"factor": 0.3, "patience": 1, "threshold": 0.05, "cooldown": 2, "min_lr": 0.02}),
]

# Falls, stalls, falls a little, rises.
METRICS = [3.0, 2.5, 2.4, 2.4, 2.4, 2.45, 2.39, 2.39, 2.39, 2.39, 2.39, 1.0, 1.2, 1.2, 1.2, 1.1, 0.99, 0.99, 1.5, 1.5]


def schedules():
    """rates[k] is the learning rate of step k; a plateau observes metrics[k] at the end of step k."""
    made = []
    for name, options in SCHEDULES:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.2)
        schedule = getattr(torch.optim.lr_scheduler, name)(optimizer, **options)
        rates, plateau = [], name == "ReduceLROnPlateau"
        for metric in METRICS:
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step(*[metric] if plateau else [])
        case = {"name": name, "schedule": name, "options": options, "learningRate": 0.2, "expected": {"rates": rates}}
        made.append(case | ({"metrics": METRICS} if plateau else {}))
    return made
