"""Asks for confirmation on the terminal."""

from __future__ import annotations

import sys

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.terminal.plain_text import visible

__all__ = ["confirm"]


def confirm(question: str, *, yes: bool) -> None:
    """Ask whether to go on.

    Args:
        question: The question.
        yes: Whether to skip it.

    Raises:
        UsageError: There is no terminal.
        OperationFailed: The user declines.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("Cannot ask for confirmation (not a terminal): pass --yes")
    import typer

    if not typer.confirm(visible(question), default=False, err=True):
        raise OperationFailed("Aborted; nothing was changed")
