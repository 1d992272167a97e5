"""Calls that the tab answers, and waiting for it from any thread."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable
from typing import Any

from .errors import UnfoldError

PATIENCE = 30.0
"""Seconds without a sign of the tab, after which waiting for it ends."""

NOBODY = (
    f"no tab has answered for {PATIENCE:.0f} s. The widget must be displayed, and the kernel must hear it while a cell runs: "
    "JupyterLab 4.4 or later with ipykernel 7 or later; elsewhere await it in a later cell, or observe `status`"
)


class Calls:
    """Calls under way. Answers come on the kernel's thread for widget messages, which need not be that of the caller."""

    def __init__(self, send: Callable[[dict[str, Any]], None]) -> None:
        self._send = send
        self._ids = itertools.count(1)
        self._waiting: dict[int, tuple[asyncio.AbstractEventLoop, asyncio.Future[Any]]] = {}
        self._lock = threading.Lock()

    async def call(self, method: str, arguments: dict[str, Any] | None = None, patience: float = PATIENCE) -> Any:
        """What the tab answers; its error as `UnfoldError`; `TimeoutError` when nobody answers."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        with self._lock:
            number = next(self._ids)
            self._waiting[number] = (loop, future)
        try:
            self._send({"type": "call", "id": number, "method": method, "arguments": arguments})
            return await asyncio.wait_for(future, patience)
        except asyncio.TimeoutError:
            raise TimeoutError(f"RNN.{method}: {NOBODY}") from None
        finally:
            with self._lock:
                self._waiting.pop(number, None)

    def receive(self, message: Any) -> None:
        """Takes a message of the tab."""
        if not isinstance(message, dict) or message.get("type") != "reply":
            return
        with self._lock:
            loop, future = self._waiting.get(message.get("id"), (None, None))
        if loop is None or future is None:
            return
        error = message.get("error")

        def settle() -> None:
            if future.done():
                return
            if error is None:
                future.set_result(message.get("value"))
            else:
                future.set_exception(UnfoldError.of(error))

        loop.call_soon_threadsafe(settle)
