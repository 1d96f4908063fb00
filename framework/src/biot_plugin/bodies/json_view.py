"""A part of an event, laid over its JSON object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Child = TypeVar("Child")


class View:
    """Reads and changes a JSON object in place, so that what nobody touches stays exactly as it came.

    A member that is absent or null reads as empty, and stays as it was unless something is put into it.
    """

    __slots__ = ("_absent", "_json")

    def __init__(self, json: dict[str, Any]) -> None:
        self._json = json
        self._absent: dict[str, Any] = {}

    def _child(self, name: str, empty: Callable[[], Child]) -> Child:
        present = self._json.get(name)
        if present is not None:
            return present  # type: ignore[no-any-return]
        return self._absent.setdefault(name, empty())  # type: ignore[no-any-return]

    def _set_child(self, name: str, value: object) -> None:
        self._absent.pop(name, None)
        self._json[name] = value

    def _settle(self) -> dict[str, Any]:
        """Writes back what was put into absent members, and returns the object."""
        self._json.update((name, value) for name, value in self._absent.items() if value)
        self._absent.clear()
        return self._json
