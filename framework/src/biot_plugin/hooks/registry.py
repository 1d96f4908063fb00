"""The plugin's handlers, and the search for the one that handles an event."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from biot_plugin.errors import NoHandler, RegistrationError
from biot_plugin.events.base import Event
from biot_plugin.hooks.api_id import ApiTable
from biot_plugin.hooks.base import Hook
from biot_plugin.hooks.handler import Handler
from biot_plugin.hooks.interception import ApiHook, EntityHook, segments_of
from biot_plugin.wire.kind import Kind

#: What a handler is registered for, and the handler.
Registration = tuple[Hook, Handler]

#: Handlers of a kind up to which a look at each is as fast as a table.
_FEW = 2


class Registry:
    """The plugin's handlers, the most specific first."""

    def __init__(self) -> None:
        self._by_key: dict[Hashable, Registration] = {}
        self._tables: dict[Kind, ApiTable] = {}
        self._by_kind: dict[Kind, list[Registration]] = {kind: [] for kind in Kind}

    def __iter__(self) -> Iterator[Registration]:
        return iter(self._by_key.values())

    def add(self, hook: Hook, handler: Handler) -> None:
        """Register a handler.

        Raises:
            RegistrationError: The hook has a handler already.
        """
        existing = self._by_key.get(hook.key)
        if existing is not None:
            raise RegistrationError(f"{hook} has two handlers: {existing[1]} and {handler}")
        self._by_key[hook.key] = (hook, handler)
        registrations = self._by_kind[hook.kind]
        registrations.append((hook, handler))
        registrations.sort(key=lambda registration: registration[0].specificity, reverse=True)
        if isinstance(hook, ApiHook):
            self._tables.setdefault(hook.kind, ApiTable()).add(hook.parsed, handler)

    def first(self, kind: Kind) -> Hook | None:
        """Return the first hook of a kind; for schedules and direct calls, the only one."""
        return next((hook for hook, _ in self._by_kind[kind]), None)

    @property
    def intercepts(self) -> bool:
        """Whether there is a handler of requests, responses or entities."""
        return any(isinstance(hook, (ApiHook, EntityHook)) for hook, _ in self)

    def is_public(self, kind: Kind) -> bool:
        """Whether anyone may send events of a kind."""
        registrations = self._by_kind[kind]
        return bool(registrations) and registrations[0][0].public

    def find(self, event: Event) -> Handler:
        """Return the most specific handler for an event.

        Raises:
            NoHandler: No handler matches.
        """
        handler = self._find(event)
        if handler is not None:
            return handler
        raise NoHandler(event._subject(), [str(hook) for hook, _ in self])

    def _find(self, event: Any) -> Handler | None:
        registrations = self._by_kind[event.kind]
        if len(registrations) > _FEW and event.kind in self._tables:
            return self._tables[event.kind].find(*segments_of(event))
        for hook, handler in registrations:
            if hook.matches(event):
                return handler
        return None
