"""The command that a command line names: the others need not be loaded for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["command_name"]

#: What may come before the name of a command.
_OPTIONS = frozenset({"--debug"})


def command_name(arguments: Sequence[str]) -> str:
    """Return the first argument that may be a command's name; empty if there is none.

    Args:
        arguments: The command line without the program.
    """
    return next((argument for argument in arguments if argument not in _OPTIONS), "")
