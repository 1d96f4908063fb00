"""Files of answers: where they are, and the rules in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from biot_plugin_cli.answers.document import SUFFIXES, read_document
from biot_plugin_cli.errors import UsageError

if TYPE_CHECKING:
    from biot_plugin_cli.answers.rule import Rule

__all__ = ["FOLDER", "Answers", "find_answers"]

FOLDER = "answers"
"""The folder beside events whose answers are used without being named."""

_FOR_ALL = "default"
_STANDARD_INPUT = "-"


class Answers(NamedTuple):
    """What the platform answers.

    Attributes:
        files: The files that they are from; none if the platform has no answers.
        rules: The rules with the file of each, those of the file for one event before those for all.
        suggested: Where a missing answer belongs.
        is_automatic: Whether the files were not named, but lie beside the event.
    """

    files: tuple[Path, ...] = ()
    rules: tuple[tuple[Path, Rule], ...] = ()
    suggested: str = "a file for --answers"
    is_automatic: bool = False

    @classmethod
    def read(cls, files: tuple[Path, ...], suggested: str, *, is_automatic: bool = False) -> Self:
        """Read files of answers.

        Args:
            files: The files.
            suggested: Where a missing answer belongs.
            is_automatic: Whether the files were not named.

        Raises:
            UsageError: One cannot be read, or is invalid.
        """
        rules = tuple((file, rule) for file in files for rule in _rules(file))
        return cls(files, rules, suggested, is_automatic)


def find_answers(event: Path, named: Path | None) -> Answers:
    """Find and read the answers for an event.

    Args:
        event: The event's file; `-` for standard input.
        named: The file of answers, or the folder of them; None for the folder `answers` beside the event, if there is
            one.

    Raises:
        UsageError: A file cannot be read or is invalid, or the named folder has none for the event.
    """
    if named is not None and not named.is_dir():
        return Answers.read((named,), str(named))
    is_file = str(event) != _STANDARD_INPUT
    if named is None and not is_file:
        return Answers()
    folder, stem = named or event.parent / FOLDER, event.stem if is_file else _FOR_ALL
    files = tuple(
        file
        for name in dict.fromkeys((stem, _FOR_ALL))
        for suffix in SUFFIXES
        if (file := folder / f"{name}{suffix}").is_file()
    )
    if named is not None and not files:
        raise UsageError(
            f"{named} has no answers for {event}: write {stem}.json or {_FOR_ALL}.json there, or name a file"
        )
    suggested = next((file for file in files if file.stem == stem), folder / f"{stem}{SUFFIXES[0]}")
    return Answers.read(files, str(suggested), is_automatic=named is None)


def _rules(file: Path) -> list[Rule]:
    document = read_document(file, "answers")
    return [rule for key, value in document.items() for rule in _rules_of(file, key, value)]


def _rules_of(file: Path, key: str, value: object) -> list[Rule]:
    # Most events have no file of answers.
    from biot_plugin_cli.answers.rule import parse_rules

    try:
        return list(parse_rules(key, value, file.parent))
    except UsageError as error:
        raise UsageError(f'{file}: "{key}" {error}') from None
