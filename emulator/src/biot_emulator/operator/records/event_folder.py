"""The folder of a plugin's repository that its event files are in."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from biot_emulator.api.errors import ApiError, BadRequest

__all__ = ["EventFolder", "EventNotSaved"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_ENDING = ".json"


class EventNotSaved(ApiError):
    """An event is not saved: there is no folder for it, or it has a file already."""

    status_code = 409
    code = "EVENT_NOT_SAVED"


class EventFolder:
    """Saves events, each in a new file of one folder.

    Args:
        path: The folder, which is created when the first event is saved; None where events cannot be saved.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def save(self, name: str, event: Any) -> Path:
        """Save an event, and return its file.

        Args:
            name: The name of the file, with or without `.json`.
            event: The event.

        Raises:
            BadRequest: That is no name of a file.
            EventNotSaved: There is no folder, a file has this name already, or it cannot be written.
        """
        if self.path is None:
            raise EventNotSaved("This emulator has no folder for events: download the event, and save it yourself")
        file = self.path / _file_name(name)
        text = json.dumps(event, indent=2, ensure_ascii=False) + "\n"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            _write_new(file, text.encode("utf-8", "surrogatepass"))
        except FileExistsError:
            raise EventNotSaved(f"{file} exists already: choose another name") from None
        except OSError as error:
            raise EventNotSaved(f"{file} cannot be written: {error.strerror}") from error
        return file


def _file_name(name: str) -> str:
    stem = name.removesuffix(_ENDING)
    if not _NAME.fullmatch(stem):
        raise BadRequest(
            "The field [name] must be of letters, digits, hyphens, underscores and dots: up to 100 of them"
        )
    return f"{stem}{_ENDING}"


def _write_new(file: Path, content: bytes) -> None:
    """Write a file that is not there yet, also not as a link: all of it or nothing."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as written:
            written.write(content)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
