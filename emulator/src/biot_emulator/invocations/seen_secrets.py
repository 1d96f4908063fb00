"""The secrets of plugins that have run: whatever is shown later may have them, also once they are changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TypeVar

from biot_emulator.security.secret_values import named_secrets, secret_variables

__all__ = ["SeenSecrets"]

_MAX_VALUES = 1000

_T = TypeVar("_T")


class SeenSecrets:
    """Remembers the secrets of plugins. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, tuple[str, Mapping[str, str]]] = {}
        self._values: dict[str, None] = {}
        self._named: dict[tuple[str, str], None] = {}

    def add(self, plugin: str, key: str, variables: Mapping[str, str]) -> None:
        """Remember the secrets of a plugin.

        Args:
            plugin: Its name.
            key: The secret of its service user.
            variables: Its own environment variables.
        """
        if self._last.get(plugin) == (key, variables):
            return
        with self._lock:
            self._last[plugin] = (key, variables)
            _extend(self._values, dict.fromkeys([key, *secret_variables(variables)]))
            _extend(self._named, dict.fromkeys(named_secrets(variables)))
            if len(self._last) > _MAX_VALUES:
                del self._last[next(iter(self._last))]

    def values(self) -> list[str]:
        """Return the secrets."""
        with self._lock:
            return list(self._values)

    def named(self) -> list[tuple[str, str]]:
        """Return those that a variable has, with its name."""
        with self._lock:
            return list(self._named)


def _extend(known: dict[_T, None], new: dict[_T, None]) -> None:
    """Add what is new, and forget the oldest where there is too much."""
    for value in new:
        known.pop(value, None)
    known.update(new)
    for value in list(known)[: max(0, len(known) - _MAX_VALUES)]:
        del known[value]
