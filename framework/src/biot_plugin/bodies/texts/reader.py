"""Parses a large event, and remembers where the members of the part stand that goes back."""

from __future__ import annotations

from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed lacks it
from typing import Any

from biot_plugin.bodies.texts.source import Source
from biot_plugin.wire import strict_json, usual_floats
from biot_plugin.wire.strict_json import skip_space


def read(text: str, part: str) -> tuple[Any, Source | None]:
    """Parse an event: all of its text, and once.

    Args:
        text: Its JSON.
        part: The name of the member that goes back.

    Returns:
        The event, and the text of the part; None where no part of the text can be sent as it came.

    Raises:
        ValueError: The text is not JSON, or is nested too deeply.
    """
    if strict_json.is_encodable(text):
        try:
            return _Reader(text, part).read()
        except (StopIteration, ValueError, RecursionError):
            pass  # What is wrong, and whether anything is, is for others to say.
    return strict_json.loads(text), None


class _Reader:
    """Reads the members of the event, and of its part, one by one."""

    def __init__(self, text: str, part: str) -> None:
        self._text = text
        self._part = part
        self._has_exact_floats = not usual_floats.are_many(text)
        self._scan = strict_json.scan if self._has_exact_floats else strict_json.scan_plainly
        self._event: dict[str, Any] = {}
        self._source: Source | None = None

    def read(self) -> tuple[dict[str, Any], Source | None]:
        end = self._read_object(skip_space(self._text, 0), self._read_member)
        if skip_space(self._text, end) != len(self._text):
            raise ValueError("something follows the event")
        return self._event, self._source

    def _read_object(self, start: int, read_value: Callable[[str, int], int]) -> int:
        """Read an object, each value by a function that takes its name and position; return where it ends."""
        self._expect("{", start)
        position = skip_space(self._text, start + 1)
        if self._is_at("}", position):
            return position + 1
        while True:
            name, position = self._read_name(position)
            end = skip_space(self._text, read_value(name, position))
            if self._is_at("}", end):
                return end + 1
            self._expect(",", end)
            position = skip_space(self._text, end + 1)

    def _read_member(self, name: str, start: int) -> int:
        """Read a member of the event. What does not go back may be small: it is read as all JSON is."""
        if name == self._part and self._is_at("{", start):
            return self._read_part(start)
        value, end = self._scan(self._text, start)
        text = self._text[start:end]
        is_exact = self._has_exact_floats and not strict_json.has_negative_zero(text)
        self._event[name] = value if is_exact else strict_json.loads(text)
        return end

    def _read_part(self, start: int) -> int:
        source = self._source = Source(self._text, has_exact_floats=self._has_exact_floats)
        self._event[self._part] = source.json

        def read_value(name: str, start: int) -> int:
            value, end = self._scan(self._text, start)
            source.add(name, value, start, end)
            return end

        return self._read_object(start, read_value)

    def _read_name(self, position: int) -> tuple[str, int]:
        self._expect('"', position)
        name, position = scanstring(self._text, position + 1, True)
        position = skip_space(self._text, position)
        self._expect(":", position)
        return name, skip_space(self._text, position + 1)

    def _is_at(self, character: str, position: int) -> bool:
        return self._text[position : position + 1] == character

    def _expect(self, character: str, position: int) -> None:
        if not self._is_at(character, position):
            raise ValueError(f"{character} is missing")
