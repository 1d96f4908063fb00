"""A view of a JSON object whose members are read and changed in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Member = TypeVar("Member")


class JsonView:
    """Reads and changes a JSON object in place, so that everything else in it stays unchanged.

    A member that is missing or null reads as empty, and stays missing or null unless something is put into it.
    """

    __slots__ = ("_defaults", "_json")

    def __init__(self, json: dict[str, Any]) -> None:
        self._json = json
        self._defaults: dict[str, Any] = {}

    def _member(self, name: str, empty: Callable[[], Member]) -> Member:
        value = self._json.get(name)
        if value is not None:
            return value  # type: ignore[no-any-return]
        return self._defaults.setdefault(name, empty())  # type: ignore[no-any-return]

    def _set_member(self, name: str, value: object) -> None:
        self._defaults.pop(name, None)
        self._json[name] = value

    def _write_back(self) -> dict[str, Any]:
        """Write members that were missing and are not empty any more into the object, and return it."""
        self._json.update((name, value) for name, value in self._defaults.items() if value)
        self._defaults.clear()
        return self._json
