"""Parses an event, and remembers where the members of the part stand that goes back."""

from __future__ import annotations

from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed lacks it
from typing import Any

from biot_plugin.bodies.texts.source import Source, WholeSource
from biot_plugin.wire import strict_json, usual_floats
from biot_plugin.wire.strict_json import SPACES, skip_space

Places = dict[str, tuple[int, int]]


def read(text: str, part: str) -> tuple[Any, Source | WholeSource | None]:
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
            return _read_small(text, part) if len(text) < strict_json.LARGE else _Reader(text, part).read()
        except (StopIteration, ValueError, LookupError, RecursionError):
            pass  # What is wrong, and whether anything is, is for others to say.
    return strict_json.loads(text), None


def _read_small(text: str, part: str) -> tuple[dict[str, Any], WholeSource]:
    """Parse what precedes the part, and the part, which ends the event, as the platform's do.

    What precedes it is an object of its own only if the comma after it is one of the event's, and of no value's in it.
    """
    if strict_json.has_negative_zero(text):
        raise ValueError("not all numbers would be parsed as they came")
    mark = f',"{part}":{{'
    end = text.index(mark)
    start = end + len(mark) - 1
    event, end_of_event = strict_json.scan(f"{text[:end]}}}", 0)
    json, end_of_part = strict_json.scan(text, start)
    if not event or end_of_event != end + 1 or text[end_of_part:] != "}":
        raise ValueError("the part stands elsewhere")
    event[part] = json
    return event, WholeSource(text[start:end_of_part], len(json))


class _Reader:
    """Reads the members of the event, and of its part."""

    __slots__ = ("_has_exact_floats", "_part", "_scan", "_text")

    def __init__(self, text: str, part: str) -> None:
        self._text = text
        self._part = part
        self._has_exact_floats = not usual_floats.are_many(text)
        self._scan = strict_json.scan if self._has_exact_floats else strict_json.scan_plainly

    def read(self) -> tuple[dict[str, Any], Source]:
        """Return the event, and the text of its part."""
        mark = f',"{self._part}":{{'
        end = self._text.find(mark)
        if end > 0:
            try:
                return self._read_around(end, end + len(mark) - 1)
            except (StopIteration, ValueError, LookupError):
                pass  # The part stands elsewhere.
        return self._read_one_by_one()

    def _read_around(self, end: int, start: int) -> tuple[dict[str, Any], Source]:
        """Read the part, and what stands around it as objects of their own, which is faster than one by one.

        Args:
            end: Where what precedes the part ends, at a comma: only at one of the event's own is that an object.
            start: Where the part starts.
        """
        text = self._text
        event = self._read_beside(f"{text[:end]}}}")
        source, end = self._read_part(start)
        event[self._part] = source.json
        if text[end:] != "}":
            after = self._read_beside(f"{{{text[self._find(',', end) + 1 :]}")
            if self._part in after:
                raise ValueError("the part is repeated")
            event.update(after)
        return event, source

    def _read_beside(self, text: str) -> dict[str, Any]:
        """Read what does not go back. It may be small: it is read as all JSON is."""
        event: dict[str, Any] = strict_json.loads(text)
        if not event:
            raise ValueError("a member is missing")
        return event

    def _read_one_by_one(self) -> tuple[dict[str, Any], Source]:
        """Read the members one by one, wherever the part stands."""
        text = self._text
        event, places, end = self._read_object(self._find("{", 0), self._part)
        source = event[self._part]
        if not isinstance(source, Source):
            raise ValueError("the part is no object")
        event[self._part] = source.json
        if skip_space(text, end) != len(text):
            raise ValueError("something follows the event")
        del places[self._part]
        event.update((name, strict_json.loads(text[start:end])) for name, (start, end) in places.items())
        return event, source

    def _read_object(self, start: int, part: str | None = None) -> tuple[dict[str, Any], Places, int]:
        """Read an object: return it, with the text of the part in its place, where its values stand, and where it ends.

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

    def _read_part(self, start: int) -> tuple[Source, int]:
        json, places, end = self._read_object(start)
        return Source(self._text, json, places, self._has_exact_floats), end

    def _find(self, mark: str, position: int) -> int:
        """Return the position of a mark that only white space may precede."""
        position = skip_space(self._text, position)
        if self._text[position] != mark:
            raise ValueError(f"{mark} is missing")
        return position
