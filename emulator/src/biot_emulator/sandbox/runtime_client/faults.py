"""Errors while a plugin is loaded or handles an event, in the Runtime API's format."""

from __future__ import annotations

import importlib
import os
import traceback
from collections.abc import Sequence
from typing import Any

__all__ = ["Fault", "describe", "import_traceback"]

_OWN_FOLDER = os.path.dirname(__file__)  # noqa: PTH120
_IMPORT_FOLDER = os.path.dirname(importlib.__file__)  # noqa: PTH120


class Fault(Exception):
    """An error that Lambda itself detects.

    Args:
        kind: Lambda's name of it, such as `Runtime.HandlerNotFound`.
        message: What is wrong.
        frames: Its formatted stack frames.
    """

    def __init__(self, kind: str, message: str, frames: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.frames = list(frames)


def describe(error: Exception, request_id: str = "") -> dict[str, Any]:
    """Build the report of an error: a fault has its own type, any other exception that of its class."""
    if isinstance(error, Fault):
        kind, message, frames = error.kind, error.message, error.frames
    else:
        kind, message, frames = type(error).__name__, str(error), _frames(error)
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": frames}


def import_traceback(error: BaseException, client_folder: str = _OWN_FOLDER) -> str:
    """Format the traceback of a failed import, with only the plugin's own frames.

    Args:
        error: The exception of the import.
        client_folder: The folder of the runtime client, whose frames are left out.
    """
    report = traceback.TracebackException.from_exception(error)
    machinery = (_IMPORT_FOLDER, client_folder, "<frozen importlib")
    frames = [frame for frame in report.stack if not frame.filename.startswith(machinery)]
    report.stack = traceback.StackSummary.from_list(frames)
    return "".join(report.format())


def _frames(error: Exception) -> list[str]:
    # Rebuilt from four values each, without the columns: Python would underline the code, which Lambda does not.
    extracted = traceback.extract_tb(error.__traceback__)
    frames = [traceback.FrameSummary(frame.filename, frame.lineno, frame.name, line=frame.line) for frame in extracted]
    while frames and frames[0].filename.startswith(_OWN_FOLDER):
        del frames[0]
    return traceback.format_list(frames)
