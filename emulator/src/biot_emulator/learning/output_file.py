"""Writes what was observed to a file, whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from biot_emulator.errors import EmulatorError

__all__ = ["OutputUnwritable", "require_writable", "write_document"]


class OutputUnwritable(EmulatorError):
    """The file cannot be written."""


def require_writable(path: Path) -> None:
    """Check that a file can be written, before hours are spent on what goes into it.

    Raises:
        OutputUnwritable: It cannot.
    """
    if path.is_dir():
        raise OutputUnwritable(f"{path} is a folder: name a file")
    if not path.absolute().parent.is_dir():
        raise OutputUnwritable(f"The folder of {path} does not exist: create it first")
    if not os.access(path.absolute().parent, os.W_OK):
        raise OutputUnwritable(f"{path} cannot be written: name a file in a folder of yours")


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Write a document.

    Raises:
        OutputUnwritable: It cannot be written; what was there is still there.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.absolute().parent, delete=False, encoding="utf-8") as file:
            file.write(text)
        Path(file.name).replace(path)
    except OSError as error:
        raise OutputUnwritable(f"{path} cannot be written ({error.strerror}): name another file") from error
