"""A problem in a plugin's manifest."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ManifestProblem", "table_header"]


class ManifestProblem(NamedTuple):
    """A problem in `[tool.biot-plugin]`.

    Attributes:
        code: Identifies the kind of problem for machines.
        keys: The path of the key below `tool.biot-plugin`.
        message: What is wrong.
        advice: How to fix it.
    """

    code: str
    keys: tuple[str, ...]
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.message}: {self.advice}"


def table_header(*keys: str) -> str:
    """Format the header of a table below `tool.biot-plugin`."""
    return f"[{'.'.join(('tool.biot-plugin', *keys))}]"
