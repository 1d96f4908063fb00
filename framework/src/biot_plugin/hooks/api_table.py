"""Finds the most specific of many API ids for a call, without a look at each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biot_plugin.hooks.api_id import ApiId
    from biot_plugin.hooks.handler import Handler

#: Which segments of an id are values.
Fixed = tuple[bool, ...]


class ApiTable:
    """Handlers by API id: ids with values in the same places differ in these alone, so one look finds theirs."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, tuple[str | None, ...]], Handler] = {}
        #: The places of values in ids of a method and a number of segments, the most specific first.
        self._fixed: dict[tuple[str, int], list[Fixed]] = {}

    def add(self, api_id: ApiId, handler: Handler) -> None:
        """Add the handler of an id."""
        self._by_key[api_id.key] = handler
        fixed = self._fixed.setdefault((api_id.method, len(api_id.segments)), [])
        if api_id.fixed not in fixed:
            fixed.append(api_id.fixed)
            fixed.sort(key=lambda places: (sum(places), *places), reverse=True)

    def find(self, method: str, values: tuple[str | None, ...]) -> Handler | None:
        """Return the handler of the most specific id that matches a call; None where none does.

        Args:
            method: The call's method.
            values: Its segments, with values in place of variables; None for a value that is not known.
        """
        for fixed in self._fixed.get((method, len(values)), ()):
            segments = tuple(value if is_fixed else None for value, is_fixed in zip(values, fixed))  # noqa: B905
            is_known = segments.count(None) == fixed.count(False)
            if is_known and (handler := self._by_key.get((method, segments))):
                return handler
        return None
