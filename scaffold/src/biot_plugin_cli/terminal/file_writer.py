"""Writes files without losing any."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed

__all__ = ["write_new", "write_whole"]


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        OperationFailed: It is there, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise OperationFailed(f"{path} is there already: choose another name, or remove it first") from None
    except OSError as error:
        raise OperationFailed(f"{path} cannot be written ({error.strerror}): choose another place") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, also over one that is there: it has all of the new content, or is as it was.

    Raises:
        OperationFailed: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise OperationFailed(f"{path} cannot be written ({error.strerror}): choose another place") from error
