"""Makes recordings of what happened on an emulator: what identifies people is replaced before anything is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.record.source_words import words_of_sources
from biot_plugin_cli.recordings.entry import InvalidRecording, Recording
from biot_plugin_cli.recordings.writing import append_recording

if TYPE_CHECKING:
    from biot_plugin.recording.platform_answers import Answer

__all__ = ["EventRecorder", "Redactor"]

_OK = 200


class Redactor:
    """Makes recordings of exchanges, by the same stand-ins for the same: as a plugin in production does.

    Args:
        safe: What identifies nobody, as in `Recording(safe=...)` of a plugin.

    Raises:
        UsageError: An entry of `safe` has no such form.
    """

    def __init__(self, safe: Iterable[str] = ()) -> None:
        from biot_plugin.recording.options import Recording as Options

        try:
            options = Options(safe=safe)
        except ValueError as error:
            raise UsageError(str(error)) from error
        self._safe, self._names = options.safe, options._names
        self._key = options._key_in(os.environ, _refuse)

    def read_code(self, folder: Path) -> bool:
        """Keep the names of members that the code of a plugin has, and return whether there is one.

        Args:
            folder: The plugin's folder, or one in it.
        """
        from biot_plugin.recording.safe_names import SafeNames

        words = words_of_sources(folder)
        self._names = SafeNames(self._safe, words or frozenset())
        return words is not None

    def recording(self, exchange: Mapping[str, Any]) -> Recording:
        """Return the recording of what an emulator shows of an invocation.

        Raises:
            InvalidRecording: It cannot be recorded; the message is the end of a sentence.
        """
        from biot_plugin.recording.record import write_record

        event = exchange["event"]
        if not isinstance(event, dict):
            raise InvalidRecording("is no object, and cannot be replayed")
        try:
            record = write_record(
                self._key, self._names, datetime.fromisoformat(exchange["time"]), event,
                [_answer(call) for call in exchange["calls"]], reply=exchange["reply"],
                durationMs=exchange["durationMs"], plugin={"name": str(exchange["plugin"])},
            )  # fmt: skip
        except (ValueError, RecursionError) as error:
            raise InvalidRecording(f"cannot be recorded: {error}") from error
        return Recording.of(record)


class EventRecorder:
    """Adds the recordings of single invocations to one file, as the emulator's page asks for them.

    Args:
        file: The file.
        root: The folder of the plugin.
    """

    def __init__(self, file: Path, root: Path) -> None:
        self._file, self._root = file, root
        self._redactor: Redactor | None = None

    def __call__(self, exchange: dict[str, Any]) -> Path:
        """Record an invocation, and return the file."""
        from biot_emulator.operator.records.exchanges import NotRecordable

        try:
            self._redactor = self._redactor or Redactor()
            self._redactor.read_code(self._root)  # It may have changed since the event before.
            append_recording(self._file, self._redactor.recording(exchange))
        except InvalidRecording as error:
            raise NotRecordable(f"The event {error}") from error
        except (OperationFailed, UsageError) as error:
            raise NotRecordable(str(error)) from error
        return self._file


def _answer(call: Mapping[str, Any]) -> Answer:
    from biot_plugin.recording.platform_answers import Answer

    if "error" in call:
        reply: dict[str, Any] = {"error": call["error"]}
    else:
        reply = {} if call["statusCode"] == _OK else {"status": call["statusCode"]}
        if call["answer"] is not None:
            reply["answer"] = call["answer"]
    return Answer(call["method"], call["path"], call["query"], reply)


def _refuse(message: str) -> None:
    raise UsageError(message)
