"""The traits that say what is trained, and on what; the tab reads them when a training begins."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets as t

SEED_LIMIT = 2**53 - 1


def _number(**bounds: Any) -> Any:
    return t.Float(**bounds).tag(sync=True)


def _whole(default: int, **bounds: Any) -> Any:
    return t.Int(default, **bounds).tag(sync=True)


class Configuration(anywidget.AnyWidget):
    """Data, network, training and samples, as traits."""

    text = t.Unicode("", help="What the network reads and learns to go on with.").tag(sync=True)
    unit = t.Enum(["char", "byte", "word"], "char", help="What a token of the text is.").tag(sync=True)
    validation = _number(default_value=0.1, min=0.0, max=0.9, help="Share held out at the end.")
    tokens = _whole(0, min=0, help="V: ids are 0 … V-1. With `ids`; of a text it is counted.")
    _ids = t.Bytes(b"").tag(sync=True)

    cell = t.Enum(["rnn", "lstm", "gru"], "lstm", help="Elman network, LSTM or GRU.").tag(sync=True)
    hidden = _whole(64, min=1, help="H: size of the hidden state of a layer.")
    layers = _whole(1, min=1, help="How many layers stand on each other.")
    embedding = t.Int(None, allow_none=True, min=1, help="E: width of a trained embedding; None: one-hot tokens.").tag(sync=True)
    dropout = _number(default_value=0.0, min=0.0, help="Share of a layer's outputs dropped in training, in [0, 1).")
    seed = _whole(0, min=0, max=SEED_LIMIT, help="Of every draw: initial weights, dropout, samples.")

    batch = _whole(16, min=1, help="B: sequences side by side.")
    steps = _whole(32, min=1, help="T: window of truncated backpropagation through time.")
    iterations = _whole(600, min=1, help="Optimiser steps of one train().")
    stateful = t.Bool(False, help="Carry the state from window to window.").tag(sync=True)
    optimizer = t.Enum(["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw"], "adam", help="Update rules and defaults are torch.optim's.").tag(sync=True)
    learning_rate = _number(default_value=3e-3, help="Above 0. Acts at once, also while it trains.")
    clip_norm = t.Float(5.0, allow_none=True, help="Largest global L2 norm of a gradient; None: never clipped. A number acts at once.").tag(sync=True)

    prompt = t.Unicode("", help="What a sample begins with.").tag(sync=True)
    temperature = _number(default_value=0.8, help="Above 0; divides the logits of a sample.")
    sample_length = _whole(200, min=0, help="Tokens of a sample; 0: none is written.")
    sample_every = _whole(100, min=0, help="Optimiser steps between two samples; 0: one at the end.")

    def __init__(self, text: str | None = None, *, ids: Sequence[int] | np.ndarray | None = None, **traits: Any) -> None:
        known = sorted(name for name in Configuration.class_own_traits() if not name.startswith("_"))
        for name in traits:
            if name not in known and not name.startswith("_") and name not in ("layout", "tooltip", "tabbable"):
                near = difflib.get_close_matches(name, known, 1)
                raise t.TraitError(f"RNN: {name!r} is not an option" + (f"; did you mean {near[0]!r}?" if near else f"; options are {', '.join(known)}"))
        if text is not None:
            traits["text"] = text
        if ids is not None:
            traits["_ids"], largest = _pack(ids)
            traits.setdefault("tokens", largest + 1)
        super().__init__(**traits)

    @property
    def ids(self) -> np.ndarray:
        """Token ids [T] to learn, int32, in place of a text. Set any sequence of whole numbers from 0.

        >>> from unfold_rnn import RNN
        >>> RNN(ids=[0, 2, 1] * 50).tokens
        3
        """
        return np.frombuffer(self._ids, dtype="<i4")

    @ids.setter
    def ids(self, ids: Sequence[int] | np.ndarray) -> None:
        packed, largest = _pack(ids)
        with self.hold_sync():
            self._ids = packed
            self.tokens = max(self.tokens, largest + 1)

    @t.validate("learning_rate", "temperature", "clip_norm")
    def _positive(self, proposal: dict[str, Any]) -> float | None:
        value = proposal["value"]
        if value is not None and not (value > 0 and math.isfinite(value)):
            raise t.TraitError(f"RNN: {proposal['trait'].name} is {value}; a finite number above 0 is wanted")
        return value

    @t.validate("dropout")
    def _share(self, proposal: dict[str, Any]) -> float:
        if not proposal["value"] < 1:
            raise t.TraitError(f"RNN: dropout is {proposal['value']}; a share in [0, 1) is wanted")
        return proposal["value"]


def _pack(ids: Sequence[int] | np.ndarray) -> tuple[bytes, int]:
    """Ids as little-endian int32, and the largest."""
    array = np.asarray(ids)
    if array.ndim != 1 or (array.size > 0 and not np.issubdtype(array.dtype, np.integer)):
        raise t.TraitError(f"RNN: ids are {array.dtype} of shape {list(array.shape)}; whole numbers of shape [T] are wanted")
    if array.size > 0 and (array.min() < 0 or array.max() >= 2**31):
        raise t.TraitError(f"RNN: ids are {array.min()} … {array.max()}; 0 … {2**31 - 1} is wanted")
    return array.astype("<i4").tobytes(), int(array.max()) if array.size > 0 else -1
