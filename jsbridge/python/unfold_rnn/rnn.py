"""The widget."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
import traitlets as t

from .calls import Calls
from .configuration import Configuration
from .errors import UnfoldError

_MODULE = Path(__file__).parent / "dist" / "anywidget.js"
if not _MODULE.is_file():
    raise ImportError(f"unfold_rnn: {_MODULE.name} is missing beside it; `make package && pip install ./jsbridge/python` in the root of the repository installs it")

_STATUS = ["idle", "starting", "training", "paused", "done", "stopped", "error", "disconnected"]
_RESULTS = {"step": 0, "loss": None, "validation_loss": None, "history": [], "sample": "", "error": None, "status": "idle"}


def _from_wire(value: Any, _widget: Any) -> bytes:
    return b"" if value is None else bytes(value)


class RNN(Configuration):
    """A recurrent network that trains in the tab that displays it.

    Options are traits of `Configuration`; what cannot be is refused with `traitlets.TraitError`, by name. Results are traits
    too: observe them, or link them to other widgets. They come at most ten times a second, `weights` at the end of a
    training, at a pause and with `pull()`.

    >>> from unfold_rnn import RNN
    >>> rnn = RNN("to be or not to be. " * 100, cell="gru", hidden=32, iterations=200, prompt="to ")
    >>> rnn.train()        # in a notebook: then display `rnn`, and `await rnn.wait()` in the next cell
    >>> rnn.status
    'starting'
    """

    _esm = _MODULE

    running = t.Bool(False, help="Whether it is to train; train() and pause() set it, and so does the button.").tag(sync=True, echo_update=False)
    status = t.Enum(_STATUS, "idle", help="Where the training stands.").tag(sync=True, echo_update=False)
    step = t.Int(0, help="Optimiser steps of the network so far.").tag(sync=True, echo_update=False)
    loss = t.Float(None, allow_none=True, help="Mean over the last batch, nats per token.").tag(sync=True, echo_update=False)
    validation_loss = t.Float(None, allow_none=True, help="Mean over the held-out part, nats per token, when it was last judged.").tag(sync=True, echo_update=False)
    history = t.List(help="Rows [step, loss, validation loss or None], every step up to 1000; of longer trainings every 2nd, 4th, …").tag(sync=True, echo_update=False)
    sample = t.Unicode("", help="What the network wrote last.").tag(sync=True, echo_update=False)
    error = t.Dict(default_value=None, allow_none=True, help="The error that ended the training: {'code', 'message'}.").tag(sync=True, echo_update=False)
    runtime = t.Dict(help="Where the engine runs: mode, kernels, threads.").tag(sync=True, echo_update=False)
    weights = t.Bytes(b"", help="A safetensors file of the weights, as the tab sent them last.").tag(sync=True, from_json=_from_wire, echo_update=False)

    _load = t.Bytes(b"").tag(sync=True, from_json=_from_wire)
    _resets = t.Int(0).tag(sync=True)
    _owner = t.Unicode("").tag(sync=True)
    _uid = t.Unicode("").tag(sync=True)

    def __init__(self, text: str | None = None, *, ids: Sequence[int] | np.ndarray | None = None, **options: Any) -> None:
        super().__init__(text, ids=ids, _uid=uuid.uuid4().hex, **options)
        self._heard = time.monotonic()
        self._calls = Calls(self.send)
        self.on_msg(self._receive)
        self.observe(self._hear, ["status", "step"])

    def train(self) -> None:
        """Begins `iterations` steps, or goes on behind a pause. Returns at once; the tab trains, as soon as the widget is displayed.

        A network that has been trained learns on, unless an option of the network was changed: then a new one is made.
        """
        if self.running:
            return
        with self.hold_sync():
            self.error = None
            if self.status != "paused":
                self.status = "starting"
            self.running = True

    def pause(self) -> None:
        """Holds the training; the weights come as they are then."""
        self.running = False

    def reset(self) -> None:
        """Forgets the network, its weights and its results. Options stay."""
        with self.hold_sync():
            self.running = False
            self.weights = b""
            self._load = b""
            for name, value in _RESULTS.items():
                setattr(self, name, value)
            self._resets += 1

    async def wait(self, timeout: float | None = None) -> str:
        """Waits until it no longer trains, and gives `status`: "done", "paused" or "stopped".

        Raises `UnfoldError` for what the tab refused, and `TimeoutError` after `timeout` seconds, or when no tab answers.

        >>> rnn.train()                 # doctest: +SKIP
        >>> await rnn.wait()            # doctest: +SKIP
        'done'
        """
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()
        end = None if timeout is None else time.monotonic() + timeout

        def wake(_change: Any) -> None:
            loop.call_soon_threadsafe(changed.set)

        self.observe(wake, ["running", "status"])
        try:
            self._heard = time.monotonic()
            while self.running or self.status in ("starting", "training"):
                changed.clear()
                if end is not None and time.monotonic() >= end:
                    raise TimeoutError(f"RNN.wait: still {self.status} after {timeout} s, at step {self.step}")
                try:
                    await asyncio.wait_for(changed.wait(), 1.0 if end is None else max(0.0, min(1.0, end - time.monotonic())))
                except asyncio.TimeoutError:
                    await self._look()
        finally:
            self.unobserve(wake, ["running", "status"])
        if self.status == "error" and self.error is not None:
            raise UnfoldError.of(self.error)
        return self.status

    async def _look(self) -> None:
        """Asks for a sign of life when there has been none for some seconds."""
        if time.monotonic() - self._heard > 5:
            await self._calls.call("ping")
            self._heard = time.monotonic()

    async def generate(
        self,
        prompt: str | Sequence[int] = "",
        n: int = 200,
        *,
        temperature: float = 0.8,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
    ) -> str | np.ndarray:
        """Writes `n` tokens behind the prompt, also while it trains: text, or ids [n] of a network that learns ids.

        >>> await rnn.generate("to ", 40, temperature=0.5)       # doctest: +SKIP
        'be or not to be. to be or not to be. to '
        """
        arguments = {
            "prompt": prompt if isinstance(prompt, str) else [int(token) for token in prompt],
            "length": n,
            "temperature": temperature,
            "seed": self.seed if seed is None else seed,
            "top_k": top_k,
            "top_p": top_p,
        }
        written = await self._calls.call("generate", arguments)
        return written["text"] if "text" in written else np.asarray(written["ids"], dtype=np.int32)

    async def pull(self) -> dict[str, np.ndarray]:
        """The weights as they are now, also while it trains."""
        size = await self._calls.call("save")
        # The file travels as state, ahead of the answer.
        if len(self.weights) != size:
            raise RuntimeError(f"RNN.pull: the tab sent {size} bytes, {len(self.weights)} arrived")
        return self.state_dict()

    def state_dict(self) -> dict[str, np.ndarray]:
        """The weights that came last, float32 arrays under PyTorch's names and shapes.

        `rnn.weight_ih_l{k}` [G·H, in], `rnn.weight_hh_l{k}` [G·H, H], `rnn.bias_ih_l{k}`, `rnn.bias_hh_l{k}` [G·H],
        `head.weight` [V, H], `head.bias` [V], and with `embedding` `embedding.weight` [V, E]; gates i, f, g, o and r, z, n.
        `torch.nn.LSTM(V, H).load_state_dict` takes those of `rnn.`, without that prefix and as tensors.
        """
        file = self.weights or self._load
        if not file:
            raise RuntimeError("RNN.state_dict: no weights have come yet; they come at the end of a training, at a pause and with `await rnn.pull()`")
        return safetensors.numpy.load(file)

    def load_state_dict(self, state: Mapping[str, np.ndarray]) -> None:
        """Gives the network these weights: names and shapes as in `state_dict()`. The tab refuses what does not fit, in `error`.

        >>> rnn.load_state_dict({"head.bias": np.zeros(9)})      # doctest: +SKIP
        """
        arrays = {}
        for name, value in state.items():
            array = np.asarray(value)
            if not np.issubdtype(array.dtype, np.number) or np.issubdtype(array.dtype, np.complexfloating):
                raise TypeError(f"RNN.load_state_dict: {name!r} is {array.dtype}; numbers are wanted")
            arrays[str(name)] = np.ascontiguousarray(array, dtype=np.float32)
        if not arrays:
            raise ValueError("RNN.load_state_dict: no tensors came; those of `state_dict()` are wanted")
        with self.hold_sync():
            self.weights = b""
            # Named, so that the same numbers a second time are a change too.
            self._load = safetensors.numpy.save(arrays, metadata={"load": uuid.uuid4().hex})

    def _hear(self, _change: Any) -> None:
        self._heard = time.monotonic()

    def _receive(self, _widget: Any, message: Any, buffers: Sequence[Any]) -> None:
        """Takes a message of the tab. Results come as messages: as state they would wait for the cell that runs to end."""
        self._heard = time.monotonic()
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "results":
            results = {name: value for name, value in message["results"].items() if name in (*_RESULTS, "running", "runtime")}
            if message["weights"]:
                results["weights"] = buffers[0]
            try:
                # As if it were the state that a front end has changed: it is not sent back.
                self.set_state(results)
            finally:
                self.send({"type": "taken", "number": message["number"]})
        elif kind == "owner":
            self._owner = str(message["owner"])
        else:
            self._calls.receive(message)
