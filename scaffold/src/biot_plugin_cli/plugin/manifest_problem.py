"""One thing that is wrong with a plugin's manifest."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Mistake", "named"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with `[tool.biot-plugin]`.

    Attributes:
        code: What it is, for machines.
        keys: Where it is, below `tool.biot-plugin`.
        message: What is wrong.
        advice: What to do.
    """

    code: str
    keys: tuple[str, ...]
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.message}: {self.advice}"


def named(*keys: str) -> str:
    """Name a table below `tool.biot-plugin` as its header does."""
    return f"[{'.'.join(('tool.biot-plugin', *keys))}]"
