"""A view of a JSON object whose members are read and changed in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from biot_plugin.wire import strict_json

if TYPE_CHECKING:
    from typing import TypeVar

    from biot_plugin.bodies.texts.source import Source, WholeSource

    Member = TypeVar("Member")


class JsonView:
    """Reads and changes a JSON object in place, so that everything else in it stays unchanged.

    Args:
        json: The object.
        source: The text that it was read from, if any of it may be used again.

    A member that is missing or null reads as empty, and stays missing or null unless something is put into it.
    """

    __slots__ = ("_defaults", "_json", "_source")

    def __init__(self, json: dict[str, Any], source: Source | WholeSource | None = None) -> None:
        self._json = json
        self._source = source
        self._defaults: dict[str, Any] = {}

    def _member(self, name: str, empty: Callable[[], Member]) -> Member:
        """Return a member to someone who may change it."""
        member = self._look_at(name, empty)
        self._hand_out(name)
        return member

    def _hand_out(self, name: str) -> None:
        """Send a member as what it is at the end of the event, and no more as the text that came."""
        if self._source is not None:
            self._source.replace(name)

    def _is_as_it_came(self, name: str, values: list[Any]) -> bool:
        """Whether values would be written as the very text that a member came as; a no may be wrong."""
        return self._source is not None and self._source.is_as_it_came(name, values)

    def _look_at(self, name: str, empty: Callable[[], Member]) -> Member:
        """Return a member to someone who does not change it."""
        if self._source is not None:
            self._source.prepare(name)
        value = self._json.get(name)
        if value is not None:
            return value  # type: ignore[no-any-return]
        return self._defaults.setdefault(name, empty())  # type: ignore[no-any-return]

    def _set_member(self, name: str, value: object) -> None:
        self._defaults.pop(name, None)
        self._put(name, value)

    def _put(self, name: str, value: object) -> None:
        """Put a value into the object."""
        self._hand_out(name)
        self._json[name] = value

    def _write_back(self) -> dict[str, Any]:
        """Write members that were missing and are not empty any more into the object, and return it."""
        if self._defaults:
            self._json.update((name, value) for name, value in self._defaults.items() if value)
            self._defaults.clear()
        return self._json

    def _text(self) -> str:
        """Return the JSON text of what is sent back."""
        json = self._write_back()
        return strict_json.dumps(json) if self._source is None else self._source.write(json)
