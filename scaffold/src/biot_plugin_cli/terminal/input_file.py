"""Reads text files that users name on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

from biot_plugin_cli.errors import UsageError

__all__ = ["read_text"]


def read_text(file: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark.

    Args:
        file: The file; `-` for standard input.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"{file} does not exist") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text") from error
