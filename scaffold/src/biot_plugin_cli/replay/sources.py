"""Finds the events to replay: recordings, single events with the answers beside them, and folders of both."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from biot_plugin_cli.answers.file import FOLDER, Answers, find_answers
from biot_plugin_cli.answers.rule import Rule, parse_rules
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.invoke.event_file import read_event
from biot_plugin_cli.recordings.entry import Recording
from biot_plugin_cli.recordings.reading import SUFFIX, read_recordings
from biot_plugin_cli.replay.case import Case, instant_of

__all__ = ["EventFiles", "find_events"]

_EVENTS = "events"
_EVENT_SUFFIX = ".json"
_STANDARD_INPUT = Path("-")


@dataclass(frozen=True, slots=True)
class EventFiles:
    """Files of events, which are read one at a time.

    Attributes:
        paths: The files, in the order in which their events are replayed.
        default: When an event happened that does not say so itself.
    """

    paths: tuple[Path, ...]
    default: datetime

    def count(self) -> int:
        """Read all of them, and return how many events there are.

        Raises:
            UsageError: One is invalid, or there is none.
        """
        count = sum(1 for _ in self.cases())
        if not count:
            names = ", ".join(map(str, self.paths[:3]))
            raise UsageError(f"{names} {'has' if len(self.paths) == 1 else 'have'} no events: record some first")
        return count

    def cases(self) -> Iterator[Case]:
        """Read the events.

        Raises:
            UsageError: One is invalid.
        """
        position = 0
        for path in self.paths:
            for case in self._cases_of(path):
                yield replace(case, position=position)
                position += 1

    def _cases_of(self, path: Path) -> Iterator[Case]:
        if path.name.endswith(SUFFIX):
            for line, recording in read_recordings(path):
                yield _recorded(path, line, recording)
            return
        event = read_event(path)
        yield Case(0, str(path), str(path), event, find_answers(path, None), instant_of(event, self.default))


def find_events(root: Path, named: Sequence[Path], default: datetime) -> EventFiles:
    """Find files of events.

    Args:
        root: The plugin's folder.
        named: Files and folders that the user has named; none for the folder `events`.
        default: When an event happened that does not say so itself.

    Raises:
        UsageError: One does not exist or is no file, or there is none.
    """
    if not named and not (root / _EVENTS).is_dir():
        raise UsageError(f"{root / _EVENTS} does not exist: name files of events, such as those of biot-plugin record")
    places = list(named) or [_relative(root / _EVENTS)]
    paths = dict.fromkeys(path for place in places for path in _files(place))
    if not paths:
        raise UsageError(
            f"{places[0]} has no events: it needs files whose names end in {_EVENT_SUFFIX} or {SUFFIX}, such as those "
            "of biot-plugin event and biot-plugin record"
        )
    return EventFiles(tuple(paths), default)


def _files(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from _files_below(place)
    elif place == _STANDARD_INPUT:
        raise UsageError("replay reads events more than once, and so none from standard input: name files")
    elif not place.exists():
        raise UsageError(f"{place} does not exist")
    elif not place.is_file():
        raise UsageError(f"{place} is no file, and replay reads events more than once: name files or folders")
    else:
        yield place


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != FOLDER and not name.startswith("."))
        yield from (
            Path(parent, name)
            for name in sorted(names)
            if name.endswith((_EVENT_SUFFIX, SUFFIX)) and not name.startswith(".")
        )


def _recorded(path: Path, line: int, recording: Recording) -> Case:
    source = f"{path}:{line}"
    rules = tuple((Path(source), rule) for rule in _rules(source, path.parent, recording))
    answers = Answers((Path(source),), rules, source)
    return Case(0, recording.id, source, recording.event, answers, recording.recorded_at, recording.claims)


def _rules(source: str, folder: Path, recording: Recording) -> Iterator[Rule]:
    for key, value in recording.answers.items():
        yield from _rules_of(source, folder, key, value)


def _rules_of(source: str, folder: Path, key: str, value: object) -> list[Rule]:
    try:
        return [*parse_rules(key, value, folder)]
    except UsageError as error:
        raise UsageError(f'{source} has an invalid answer: "{key}" {error}') from None


def _relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
