"""What a handler can be registered for: one class per family, each with the same few members.

`key` is equal for two hooks that would answer the same events; `matches` tells whether an event is one of them;
`specificity` decides between hooks that match the same event.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, NamedTuple, Protocol

from biot_plugin import _cron
from biot_plugin._api_id import ApiId, concrete
from biot_plugin._direct_call import DirectCall
from biot_plugin._interception import AdaptEntity, Interception
from biot_plugin._kind import Kind
from biot_plugin._notification import Notification
from biot_plugin._scheduled import Scheduled

_ENTITY_TYPE = re.compile(r"[a-z]+(-[a-z]+)*")
_ACTION = re.compile(r"_[a-zA-Z]+")


class Hook(Protocol):
    """The members that every hook has."""

    @property
    def kind(self) -> Kind:
        """The kind of event."""
        ...

    @property
    def key(self) -> Hashable:
        """Equal for hooks that would answer the same events."""
        ...

    @property
    def specificity(self) -> tuple[int, ...]:
        """Greater for hooks that answer fewer events."""
        ...

    def matches(self, event: Any) -> bool:
        """Whether the event is one that the hook is for."""
        ...


class ApiHook(NamedTuple):
    """PRE_REQUEST or POST_REQUEST of one API."""

    kind: Kind
    api_id: str
    order: int | None
    parsed: ApiId

    @classmethod
    def make(cls, kind: Kind, api_id: str, order: int | None) -> ApiHook:
        """Checks the parts. Raises ValueError."""
        try:
            parsed = ApiId.parse(api_id)
        except ValueError as error:
            raise ValueError(f"{api_id!r} is not an API id: {error}") from None
        return cls(kind, api_id, _checked_order(order), parsed)

    @property
    def key(self) -> Hashable:
        return self.kind, self.parsed

    @property
    def specificity(self) -> tuple[int, ...]:
        return self.parsed.specificity

    def matches(self, event: Interception) -> bool:
        api_id = event.api_id or ""
        return api_id == self.api_id or self.parsed.matches(
            *concrete(api_id, event.request.path_variables, event.request.path)
        )

    def __str__(self) -> str:
        return f"{self.kind.name} {self.api_id}"


class EntityHook(NamedTuple):
    """ADAPT_ENTITY of one entity type."""

    entity_type: str
    order: int | None

    @classmethod
    def make(cls, entity_type: str, order: int | None) -> EntityHook:
        """Checks the parts. Raises ValueError."""
        return cls(_checked_entity_type(entity_type), _checked_order(order))

    @property
    def kind(self) -> Kind:
        return Kind.ADAPT_ENTITY

    @property
    def key(self) -> Hashable:
        return self.kind, self.entity_type

    @property
    def specificity(self) -> tuple[int, ...]:
        return (0,)

    def matches(self, event: AdaptEntity[Any]) -> bool:
        return event.entity_name == self.entity_type

    def __str__(self) -> str:
        return f"{self.kind.name} {self.entity_type}"


class NotificationHook(NamedTuple):
    """NOTIFICATION of one action on one entity type, of all templates or of one."""

    entity_type: str
    action: str
    template: str | None

    @classmethod
    def make(cls, entity_type: str, action: str, template: str | None) -> NotificationHook:
        """Checks the parts. Raises ValueError."""
        if not _ACTION.fullmatch(action):
            raise ValueError(f"{action!r} is not an action: actions start with an underscore, as in '_create'")
        return cls(_checked_entity_type(entity_type), action, template)

    @property
    def kind(self) -> Kind:
        return Kind.NOTIFICATION

    @property
    def key(self) -> Hashable:
        return self.kind, self

    @property
    def specificity(self) -> tuple[int, ...]:
        return (int(self.template is not None),)

    def matches(self, event: Notification[Any]) -> bool:
        if (event.entity_type, event.action) != (self.entity_type, self.action):
            return False
        return self.template is None or event.template == self.template

    def __str__(self) -> str:
        template = f" {self.template}" if self.template else ""
        return f"{self.kind.name} {self.entity_type} {self.action}{template}"


class ScheduleHook(NamedTuple):
    """The plugin's one schedule."""

    cron: str

    @classmethod
    def make(cls, cron: str) -> ScheduleHook:
        """Checks the schedule. Raises ValueError."""
        try:
            _cron.check(cron)
        except ValueError as error:
            raise ValueError(f"{cron!r} is not a schedule: {error}") from None
        return cls(cron)

    @property
    def kind(self) -> Kind:
        return Kind.SCHEDULED

    @property
    def key(self) -> Hashable:
        return self.kind

    @property
    def specificity(self) -> tuple[int, ...]:
        return (0,)

    def matches(self, event: Scheduled) -> bool:  # noqa: ARG002
        return True

    def __str__(self) -> str:
        return f"{self.kind.name} {self.cron}"


class EndpointHook(NamedTuple):
    """The plugin's public address."""

    public: bool

    @property
    def kind(self) -> Kind:
        return Kind.DIRECT

    @property
    def key(self) -> Hashable:
        return self.kind

    @property
    def specificity(self) -> tuple[int, ...]:
        return (0,)

    def matches(self, event: DirectCall) -> bool:  # noqa: ARG002
        return True

    def __str__(self) -> str:
        return f"{self.kind.name} (public)" if self.public else self.kind.name


def _checked_order(order: int | None) -> int | None:
    if order is not None and (isinstance(order, bool) or order < 1):
        raise ValueError(f"the order must be a positive number, not {order!r}")
    return order


def _checked_entity_type(entity_type: str) -> str:
    if not _ENTITY_TYPE.fullmatch(entity_type):
        raise ValueError(f"{entity_type!r} is not an entity type: they are written like 'patient' and 'usage-session'")
    return entity_type
