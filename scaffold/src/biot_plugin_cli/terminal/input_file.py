"""Reads text files that users name on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

from biot_plugin_cli.errors import UsageError

__all__ = ["read_body", "read_text"]

# More than any event or file of variables has; a device or a pipe may have no end.
_MAX_BYTES = 32_000_000


def read_text(file: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark.

    Args:
        file: The file; `-` for standard input.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return _read(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text") from error


def read_body(text: str) -> bytes:
    """Read the body of a request that an option names.

    Args:
        text: The body itself; `@` and the name of a file for what is in it, `@-` for standard input.

    Raises:
        UsageError: The file cannot be read.
    """
    return _read(Path(text[1:])) if text.startswith("@") else text.encode(errors="surrogateescape")


def _read(file: Path) -> bytes:
    try:
        content = _read_all(file)
    except FileNotFoundError as error:
        raise UsageError(f"{file} does not exist") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    if len(content) > _MAX_BYTES:
        raise UsageError(f"{file} is larger than {_MAX_BYTES // 1_000_000} MB: choose another file")
    return content


def _read_all(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(_MAX_BYTES + 1)
    with file.open("rb") as stream:
        return stream.read(_MAX_BYTES + 1)
