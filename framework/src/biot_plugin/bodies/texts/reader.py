"""Parses an event, and remembers where the members of the part stand that goes back."""

from __future__ import annotations

from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed lacks it
from typing import Any

from biot_plugin.bodies.texts.source import Source
from biot_plugin.wire import strict_json, usual_floats
from biot_plugin.wire.strict_json import SPACES, skip_space

Places = dict[str, tuple[int, int]]


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
            event, source = _Reader(text, part).read()
            if source is not None and event[part] is source.json:
                return event, source
        except (StopIteration, ValueError, LookupError, RecursionError):
            pass  # What is wrong, and whether anything is, is for others to say.
    return strict_json.loads(text), None


class _Reader:
    """Reads the members of the event, and of its part."""

    __slots__ = ("_has_exact_floats", "_is_exact", "_part", "_scan", "_source", "_text")

    def __init__(self, text: str, part: str) -> None:
        self._text = text
        self._part = part
        is_small = len(text) < strict_json.LARGE
        self._is_exact = is_small and not strict_json.has_negative_zero(text)
        self._has_exact_floats = is_small or not usual_floats.are_many(text)
        self._scan = strict_json.scan if self._has_exact_floats else strict_json.scan_plainly
        self._source: Source | None = None

    def read(self) -> tuple[dict[str, Any], Source | None]:
        """Return the event, and the text of its part."""
        mark = f',"{self._part}":{{'
        end = self._text.find(mark)
        if end > 0:
            try:
                return self._read_around(end, end + len(mark) - 1)
            except (StopIteration, ValueError, LookupError):
                pass  # The part stands elsewhere.
        return self._read_one_by_one(), self._source

    def _read_around(self, end: int, start: int) -> tuple[dict[str, Any], Source | None]:
        """Read the part, and what stands around it as objects of their own, which is faster than one by one.

        Args:
            end: Where what precedes the part ends, at a comma: only at one of the event's own is that an object.
            start: Where the part starts.
        """
        text = self._text
        event = self._read_beside(f"{text[:end]}}}")
        event[self._part], end = self._read_part(start)
        if text[end:] != "}":
            after = self._read_beside(f"{{{text[self._find(',', end) + 1 :]}")
            if self._part in after:
                raise ValueError("the part is repeated")
            event.update(after)
        return event, self._source

    def _read_beside(self, text: str) -> dict[str, Any]:
        """Read what does not go back. It may be small: it is read as all JSON is."""
        if self._is_exact:
            value, end = self._scan(text, 0)
        else:
            value, end = strict_json.loads(text), len(text)
        if not value or end != len(text):
            raise ValueError("a member is missing, or something follows the event")
        return value  # type: ignore[no-any-return]

    def _read_one_by_one(self) -> dict[str, Any]:
        """Read the members one by one, wherever the part stands."""
        text = self._text
        event, places, end = self._read_object(self._find("{", 0), self._part)
        if skip_space(text, end) != len(text):
            raise ValueError("something follows the event")
        places.pop(self._part, None)
        if not self._is_exact:
            event.update((name, strict_json.loads(text[start:end])) for name, (start, end) in places.items())
        return event

    def _read_object(self, start: int, part: str | None = None) -> tuple[dict[str, Any], Places, int]:
        """Read an object: return it, where its values stand, and where it ends.

        Nearly all JSON is written without white space, so that is looked for only where something else was expected.
        """
        text, scan = self._text, self._scan
        json: dict[str, Any] = {}
        places: Places = {}
        position = start + 1
        if text[position] != '"' and text[end := skip_space(text, position)] == "}":
            return json, places, end + 1
        while True:
            if text[position] != '"':
                position = self._find('"', position)
            name, position = scanstring(text, position + 1, True)
            if text[position] != ":":
                position = self._find(":", position)
            position += 1
            if text[position] in SPACES:
                position = skip_space(text, position)
            is_part = name == part and text[position] == "{"
            json[name], end = self._read_part(position) if is_part else scan(text, position)
            places[name] = position, end
            if text[end] != ",":
                end = skip_space(text, end)
                if text[end] == "}":
                    return json, places, end + 1
                self._find(",", end)
            position = end + 1

    def _read_part(self, start: int) -> tuple[dict[str, Any], int]:
        json, places, end = self._read_object(start)
        self._source = Source(self._text, json, places, self._has_exact_floats, self._is_exact)
        return json, end

    def _find(self, mark: str, position: int) -> int:
        """Return the position of a mark that only white space may precede."""
        position = skip_space(self._text, position)
        if self._text[position] != mark:
            raise ValueError(f"{mark} is missing")
        return position
