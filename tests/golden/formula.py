"""The numbers that go into a golden, and the form in which all numbers are written.

Everything is float64. No tensor is constant or random: value(k, i) gives the i-th element, in row-major order, of the
tensor with number k, so that an exchanged gate, row, layer or direction changes every result.
"""

import datetime
import json
import math
import pathlib

import torch

FORMULA = "0.4*sin(1 + 3*i + 7*k) + 0.2*cos((2*i*i mod 1009) + k)"
FOLDER = pathlib.Path(__file__).parent


def value(k, i):
    return 0.4 * math.sin(1 + 3 * i + 7 * k) + 0.2 * math.cos((2 * i * i) % 1009 + k)


def filled(k, *shape):
    """A tensor by the formula."""
    count = math.prod(shape)
    return torch.tensor([value(k, i) for i in range(count)], dtype=torch.float64).reshape(shape)


def tensor(t):
    """A tensor as it stands in the JSON; bool and integer tensors become numbers too."""
    return {"shape": list(t.shape), "data": t.detach().reshape(-1).tolist()}


def tensors(named):
    return {name: tensor(t) for name, t in named.items()}


def listed(named):
    """Names and shapes in the order of the numbers k."""
    return [{"name": name, "shape": list(t.shape)} for name, t in named.items()]


def gradients(named):
    return {name: tensor(t.grad) for name, t in named.items()}


def write(name, about, cases):
    """Writes one file, a line a case, so that a change shows where it is."""
    head = {
        "format": 1,
        "about": about,
        "madeBy": "tests/golden/make_goldens.py",
        "torch": torch.__version__,
        "date": datetime.date.today().isoformat(),
        "dtype": "float64",
        "formula": FORMULA,
    }
    lines = ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases)
    text = json.dumps(head, indent=1)[:-2] + ',\n "cases": [\n' + lines + "\n]}\n"
    (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{name}: {len(cases)} cases, {len(text)} bytes")
