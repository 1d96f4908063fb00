"""Chooses what answers the plugin's calls to the platform: files of answers, or a running emulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from biot_plugin_cli.answers.answering import FileAnswers
from biot_plugin_cli.answers.file import find_answers
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.invoke.local_invocation import PlatformSide

__all__ = ["choose_platform"]


def choose_platform(
    root: Path, events: Sequence[Path], answers: Path | None, url: str | None
) -> Callable[[Path], PlatformSide]:
    """Choose what answers the plugin's calls, before any event is run.

    Args:
        root: The plugin's folder.
        events: The files of the events.
        answers: The file or folder of answers; None if it was not named.
        url: The address of a running emulator; None for answers from files.

    Returns:
        A function that makes the platform's side for the event of a file.

    Raises:
        UsageError: The answers are invalid, or the address is not that of an emulator.
        CliError: The emulator cannot be used.
    """
    if url is not None:
        if answers is not None:
            raise UsageError("--answers and --platform both say what answers the plugin: use one of them")
        from biot_plugin_cli.invoke.forwarding import connect

        emulator = connect(url, root)
        return lambda _: emulator.for_event()
    found = {file: find_answers(file, answers) for file in events}
    return lambda file: FileAnswers(found[file])
