"""The languages that plugins are written in: for each, how the interpreter of a runtime is found on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from biot_emulator.errors import SandboxUnavailable
from biot_emulator.lambda_function.configuration import Node
from biot_emulator.runtime.nodes import find_node
from biot_emulator.runtime.pythons import find_python

__all__ = ["LANGUAGES", "Interpreter", "Language", "find_interpreter", "language_of"]


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What runs the code of a runtime on this machine.

    Attributes:
        path: The program.
        node: Which Node.js it is; None if it is Python.
    """

    path: Path
    node: Node | None = None

    @property
    def notice(self) -> str | None:
        """What the plugin's developer should know of it; None if it is just what the runtime has."""
        return self.node.notice if self.node else None


@dataclass(frozen=True, slots=True)
class Language:
    """A language that plugins are written in.

    Attributes:
        name: What the identifiers of its runtimes begin with.
        find: Finds the interpreter of a runtime; whether to search again, if there may be a better one by now. Raises
            SandboxUnavailable where there is none, or no such runtime.
    """

    name: str
    find: Callable[[str, bool], Interpreter]


def _find_python(runtime: str, _: bool) -> Interpreter:
    return Interpreter(find_python(runtime))


def _find_node(runtime: str, again: bool) -> Interpreter:
    return Interpreter(*find_node(runtime, again=again))


LANGUAGES = (Language("python", _find_python), Language("nodejs", _find_node))
"""Every language whose plugins are run."""


def language_of(runtime: str) -> Language:
    """Return the language of a runtime.

    Args:
        runtime: The identifier of a Lambda runtime, such as `nodejs20.x`.

    Raises:
        SandboxUnavailable: Plugins in its language are not run.
    """
    for language in LANGUAGES:
        if runtime.startswith(language.name):
            return language
    raise SandboxUnavailable(
        f"The emulator runs plugins in Python and JavaScript: choose a runtime such as python3.13 or nodejs22.x, "
        f"not {runtime}"
    )


def find_interpreter(runtime: str, *, again: bool = False) -> Interpreter:
    """Find what runs the code of a runtime on this machine.

    Args:
        runtime: The identifier of a Lambda runtime.
        again: Whether to search again, where something else stands in for it so far.

    Raises:
        SandboxUnavailable: Lambda has no such runtime, or this machine has nothing that runs it.
    """
    return language_of(runtime).find(runtime, again)
