"""The plugin's handlers, and the search for the one that handles an event."""

# Without `annotations` of the future, as in `events.initiator`.
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

from biot_plugin.errors import NoHandler, RegistrationError
from biot_plugin.events.base import Event
from biot_plugin.hooks.api_id import ApiTable
from biot_plugin.hooks.base import Hook
from biot_plugin.hooks.handler import Handler
from biot_plugin.hooks.interception import ApiHook, segments_of
from biot_plugin.wire.kind import Kind

#: Handlers of a kind up to which a look at each is as fast as a table.
_FEW = 2


class Registration(NamedTuple):
    """A handler, and the hook that it is registered for."""

    hook: Hook
    handler: Handler


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
            raise RegistrationError(f"{hook} has two handlers: {existing.handler} and {handler}")
        self._by_key[hook.key] = registration = Registration(hook, handler)
        registrations = self._by_kind[hook.kind]
        registrations.append(registration)
        registrations.sort(key=lambda entry: entry.hook.specificity, reverse=True)
        if isinstance(hook, ApiHook):
            self._tables.setdefault(hook.kind, ApiTable()).add(hook.parsed, handler)

    def first(self, kind: Kind) -> Registration | None:
        """Return the first registration of a kind; for schedules and direct calls, the only one."""
        return next(iter(self._by_kind[kind]), None)

    def is_public(self, kind: Kind) -> bool:
        """Whether anyone may send events of a kind."""
        registrations = self._by_kind[kind]
        return bool(registrations) and registrations[0].hook.public

    def find(self, event: Event) -> Handler:
        """Return the most specific handler for an event.

        Raises:
            NoHandler: No handler matches.
        """
        handler = self._find(event)
        if handler is not None:
            return handler
        raise NoHandler(event._subject(), [str(registration.hook) for registration in self])

    def _find(self, event: Any) -> Handler | None:
        registrations = self._by_kind[event.kind]
        if len(registrations) > _FEW and event.kind in self._tables:
            return self._tables[event.kind].find(*segments_of(event))
        for hook, handler in registrations:
            if hook.matches(event):
                return handler
        return None
