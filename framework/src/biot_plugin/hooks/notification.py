"""The hook of notifications: an action on entities of a type (contract section 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from biot_plugin.hooks.base import Hook, validate_entity_type
from biot_plugin.wire.kind import Kind

if TYPE_CHECKING:
    from biot_plugin.events.notification import Notification

_ACTION = re.compile(r"_[a-zA-Z]+")


class NotificationHook(Hook):
    """NOTIFICATION of one action on one entity type, of all templates or of one."""

    __slots__ = ("action", "entity_type", "template")

    def __init__(self, entity_type: str, action: str, template: str | None) -> None:
        if not _ACTION.fullmatch(action):
            raise ValueError(f"{action!r} is not an action: actions start with an underscore, as in '_create'")
        key = (validate_entity_type(entity_type), action, template)
        super().__init__(Kind.NOTIFICATION, key, (int(template is not None),))
        self.entity_type = entity_type
        self.action = action
        self.template = template

    def matches(self, event: Notification[Any]) -> bool:
        """Whether the event has the type, the action and, if there is one, the template."""
        if (event.entity_type, event.action) != (self.entity_type, self.action):
            return False
        return self.template is None or event.template == self.template

    def __str__(self) -> str:
        template = f" {self.template}" if self.template else ""
        return f"{self.kind.name} {self.entity_type} {self.action}{template}"
