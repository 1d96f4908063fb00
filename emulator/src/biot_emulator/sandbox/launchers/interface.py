"""What every kind of code has in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Launch"]


class Launch(NamedTuple):
    """What a function's process is started with.

    Whatever is started asks the Runtime API for events until it is killed.

    Attributes:
        command: The program and its arguments.
        environment: Makes all of its variables of the address of its Runtime API.
        folder: Where it is started.
        root: The folder that it sees as the root of all files; empty for this machine's.
    """

    command: list[str]
    environment: Callable[[str], dict[str, str]]
    folder: str
    root: str = ""
