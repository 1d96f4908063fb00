"""Reads a secret that is never an argument: from a hidden prompt on a terminal, or from standard input."""

from __future__ import annotations

import sys

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.terminal.plain_text import visible

__all__ = ["read_secret"]

# More than Lambda allows for all variables together.
_MAX_BYTES = 65_536


def read_secret(name: str) -> str:
    """Read a secret.

    Args:
        name: What it is called, for the prompt and errors.

    Raises:
        UsageError: There is none, or it is not text.
    """
    text = _ask(name) if sys.stdin.isatty() else _read(name)
    if not text:
        raise UsageError(f"There is no value for {name}: type it at the prompt, or pass it on standard input")
    if "\0" in text:
        raise UsageError(f"The value for {name} has a null character, which no variable can have: encode it as base64")
    return text


def _ask(name: str) -> str:
    import typer

    # Without a terminal to ask on, the prompt would be hidden as well.
    answer: str = typer.prompt(
        f"Value of {visible(name)} (hidden)", hide_input=True, err=True, default="", show_default=False
    )
    return answer


def _read(name: str) -> str:
    content = sys.stdin.buffer.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise UsageError(f"The value for {name} has more than {_MAX_BYTES} bytes: Lambda allows 4096 for all variables")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Without the original error, which would quote it.
        raise UsageError(f"The value for {name} is not UTF-8 text: encode it, for example with base64") from None
    return text.removesuffix("\n").removesuffix("\r")
