"""Writes files without losing any."""

from __future__ import annotations

from pathlib import Path

from biot_plugin_cli._errors import OperationFailed

__all__ = ["write_new"]


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
