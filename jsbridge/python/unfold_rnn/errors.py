"""What the tab says when it refuses."""

from __future__ import annotations

from collections.abc import Mapping


class UnfoldError(Exception):
    """An error of the network or its engine, as the tab said it.

    >>> error = UnfoldError("SHAPE", "x is [32 9], want [32 10]")
    >>> error.code, str(error)
    ('SHAPE', 'SHAPE: x is [32 9], want [32 10]')
    """

    code: str
    """One stable word: ``CONFIG``, ``SHAPE``, ``RANGE``, ``STATE``, ``FORMAT``, ``UNSUPPORTED``, ``MEMORY``, ``NUMERIC``,
    ``ENGINE``, ``BOOT``, ``ABORTED`` or ``QUOTA``."""

    message: str
    """Where, what came and what was wanted."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @classmethod
    def of(cls, wire: Mapping[str, str]) -> UnfoldError:
        """The error in a message of the tab."""
        return cls(str(wire.get("code", "ENGINE")), str(wire.get("message", "")))
