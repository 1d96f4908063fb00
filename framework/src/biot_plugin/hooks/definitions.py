"""What a handler can be registered for: one class per family, each with the same few members."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

from biot_plugin.events.interception import AdaptEntity, Interception
from biot_plugin.events.notification import Notification
from biot_plugin.hooks.api_id import ApiId, concrete
from biot_plugin.hooks.cron import check_cron
from biot_plugin.wire.kind import Kind

_ENTITY_TYPE = re.compile(r"[a-z]+(-[a-z]+)*")
_ACTION = re.compile(r"_[a-zA-Z]+")


class Hook:
    """What the platform calls a plugin for. Making an impossible one raises ValueError.

    Attributes:
        kind: The kind of its events.
        key: Equal for two hooks that would answer the same events.
        specificity: Decides between hooks that match the same event: the greater wins.
    """

    __slots__ = ("key", "kind", "specificity")

    def __init__(self, kind: Kind, key: Hashable = None, specificity: tuple[int, ...] = ()) -> None:
        self.kind = kind
        self.key = (kind, key)
        self.specificity = specificity

    def matches(self, event: Any) -> bool:  # noqa: ARG002
        """Whether an event of the kind is one that the hook is for."""
        return True

    def __str__(self) -> str:
        return self.kind.name


class ApiHook(Hook):
    """PRE_REQUEST or POST_REQUEST of one API."""

    __slots__ = ("_parsed", "api_id", "order")

    def __init__(self, kind: Kind, api_id: str, order: int | None) -> None:
        try:
            self._parsed = ApiId.parse(api_id)
        except ValueError as error:
            raise ValueError(f"{api_id!r} is not an API id: {error}") from None
        super().__init__(kind, self._parsed, self._parsed.specificity)
        self.api_id = api_id
        self.order = _checked_order(order)

    def matches(self, event: Interception) -> bool:
        """Whether the event's API and path variables fit."""
        api_id = event.api_id or ""
        return api_id == self.api_id or self._parsed.matches(
            *concrete(api_id, event.request.path_variables, event.request.path)
        )

    def __str__(self) -> str:
        return f"{self.kind.name} {self.api_id}"


class EntityHook(Hook):
    """ADAPT_ENTITY of one entity type."""

    __slots__ = ("entity_type", "order")

    def __init__(self, entity_type: str, order: int | None) -> None:
        super().__init__(Kind.ADAPT_ENTITY, _checked_entity_type(entity_type))
        self.entity_type = entity_type
        self.order = _checked_order(order)

    def matches(self, event: AdaptEntity[Any]) -> bool:
        """Whether the event's entities are of the type."""
        return event.entity_name == self.entity_type

    def __str__(self) -> str:
        return f"{self.kind.name} {self.entity_type}"


class NotificationHook(Hook):
    """NOTIFICATION of one action on one entity type, of all templates or of one."""

    __slots__ = ("action", "entity_type", "template")

    def __init__(self, entity_type: str, action: str, template: str | None) -> None:
        if not _ACTION.fullmatch(action):
            raise ValueError(f"{action!r} is not an action: actions start with an underscore, as in '_create'")
        key = (_checked_entity_type(entity_type), action, template)
        super().__init__(Kind.NOTIFICATION, key, (int(template is not None),))
        self.entity_type = entity_type
        self.action = action
        self.template = template

    def matches(self, event: Notification[Any]) -> bool:
        """Whether the event is of the type and action, and of the template where there is one."""
        if (event.entity_type, event.action) != (self.entity_type, self.action):
            return False
        return self.template is None or event.template == self.template

    def __str__(self) -> str:
        template = f" {self.template}" if self.template else ""
        return f"{self.kind.name} {self.entity_type} {self.action}{template}"


class ScheduleHook(Hook):
    """The plugin's one schedule."""

    __slots__ = ("cron",)

    def __init__(self, cron: str) -> None:
        try:
            check_cron(cron)
        except ValueError as error:
            raise ValueError(f"{cron!r} is not a schedule: {error}") from None
        super().__init__(Kind.SCHEDULED)
        self.cron = cron


class EndpointHook(Hook):
    """The plugin's own address, for callers with a token or for anyone."""

    __slots__ = ("public",)

    def __init__(self, public: bool) -> None:
        super().__init__(Kind.DIRECT)
        self.public = public


def _checked_order(order: int | None) -> int | None:
    if order is not None and (isinstance(order, bool) or order < 1):
        raise ValueError(f"the order must be a positive number, not {order!r}")
    return order


def _checked_entity_type(entity_type: str) -> str:
    if not _ENTITY_TYPE.fullmatch(entity_type):
        raise ValueError(f"{entity_type!r} is not an entity type: they are written like 'patient' and 'usage-session'")
    return entity_type
