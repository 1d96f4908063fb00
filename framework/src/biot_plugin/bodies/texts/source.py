"""The text of the part of an event that goes back, and where each of its members stands in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from biot_plugin.wire import strict_json, usual_floats
from biot_plugin.wire.strict_json import dumps_text


class Source:
    """The text of an object. A member that no handler got is sent as the very characters that came.

    Args:
        text: The text of the event.
        json: The object.
        places: Where its members stand in the text. Of a name that is repeated, the last value counts.
        has_exact_floats: Whether the floats in it are written as they came.
    """

    __slots__ = ("_has_exact_floats", "_places", "_prepared", "_text", "json")

    def __init__(
        self, text: str, json: dict[str, Any], places: dict[str, tuple[int, int]], has_exact_floats: bool
    ) -> None:
        self._text = text
        self._places = places
        self._has_exact_floats = has_exact_floats
        self._prepared: set[str] = set()
        self.json = json

    def prepare(self, name: str) -> None:
        """Prepare a member for a handler: what was parsed plainly gets the numbers as they came."""
        place = self._places.get(name)
        if place is None or name in self._prepared:
            return
        self._prepared.add(name)
        text = self._text[slice(*place)]
        is_exact = self._has_exact_floats or usual_floats.are_usual(text)
        if not is_exact or strict_json.has_negative_zero(text):
            self.json[name] = strict_json.loads(text)

    def replace(self, name: str) -> None:
        """Forget the text of a member that has another value now, or may get one."""
        self._places.pop(name, None)

    def is_as_it_came(self, name: str, values: list[Any]) -> bool:
        """Whether values would be written as the very text of a member; a no may be wrong."""
        start, end = self._places.get(name, (0, 0))
        try:
            # Who changes elements changes the first or the last, which tell without a look at the others.
            first, last = strict_json.dumps(values[:1])[:-1], strict_json.dumps(values[-1:])[1:]
            has_ends = self._text.startswith(first, start) and self._text.endswith(last, start, end)
            return has_ends and strict_json.dumps(values) == self._text[start:end]
        except (TypeError, ValueError):
            return False

    def write(self, json: dict[str, Any]) -> str:
        """Return the JSON text of the object.

        Args:
            json: The members that are sent.

        Raises:
            TypeError: A value is of a type that JSON does not have.
            ValueError: A value contains what JSON cannot express, such as NaN or itself.
        """
        return f"{{{','.join([f'{dumps_text(name)}:{self._text_of(name, value)}' for name, value in json.items()])}}}"

    def _text_of(self, name: str, value: Any) -> str:
        place = self._places.get(name)
        return strict_json.dumps(value) if place is None else self._text[place[0] : place[1]]


class WholeSource:
    """The text of an object, which is sent as it came where no handler got any of it.

    To write a small object anew takes less time than to know where each of its members stands.

    Args:
        text: The text.
        count: How many members the object has.
    """

    __slots__ = ("_count", "_is_as_it_came", "_text")

    def __init__(self, text: str, count: int) -> None:
        self._text = text
        self._count = count
        self._is_as_it_came = True

    def prepare(self, name: str) -> None:
        """Forget the text, as a handler gets a member: all numbers in it are as they came."""
        self.replace(name)

    def replace(self, name: str) -> None:  # noqa: ARG002
        """Forget the text, as a member has another value now, or may get one."""
        self._is_as_it_came = False

    def is_as_it_came(self, name: str, values: list[Any]) -> bool:  # noqa: ARG002
        """Whether values would be written as the very text of a member: nobody knows where that is."""
        return False

    def write(self, json: dict[str, Any]) -> str:
        """Return the JSON text of the object, as `Source.write` does, with the same errors."""
        is_sent = self._is_as_it_came and len(json) == self._count and self._has_each_once(json)
        return self._text if is_sent else strict_json.dumps(json)

    def _has_each_once(self, names: Iterable[str]) -> bool:
        """Whether no name is repeated, however it is written; a no may be wrong."""
        return "\\" not in self._text and all(self._text.count(f'"{name}"') == 1 for name in names)
