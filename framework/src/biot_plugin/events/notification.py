"""Notifications: something happened to an entity (contract section 3)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from biot_plugin.bodies.json_view import JsonView
from biot_plugin.bodies.payload import Payload, T
from biot_plugin.errors import InvalidEvent
from biot_plugin.events.base import Call, Event
from biot_plugin.events.initiator import Initiator
from biot_plugin.events.json_members import optional_text, require_member
from biot_plugin.wire.kind import Kind
from biot_plugin.wire.timestamp import parse_timestamp

if TYPE_CHECKING:
    from biot_plugin.bodies.model_values import ModelUse
    from biot_plugin.wire.envelope import Envelope


class Notification(Event, Generic[T]):
    """Something happened to an entity. With `Notification[Model]`, the entity is that model.

    Attributes:
        entity_type: The entity's type, such as `"usage-session"`.
        action: The action, with its leading underscore: `"_update"`.
        status: The outcome; `"SUCCESS"` is the only value observed so far.
    """

    __slots__ = ("_data", "_metadata", "_payload", "action", "entity_type", "status")

    kind: ClassVar[Kind] = Kind.NOTIFICATION

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        json = envelope.json()
        metadata = json.get("metadata")
        if not isinstance(metadata, dict):
            raise InvalidEvent("NO_METADATA", "The event has no metadata")
        self._metadata = metadata
        self._data = JsonView(require_member(json, "data", dict))
        self._payload: Payload[T] = Payload(self._data, "entity")
        self.entity_type: str = require_member(metadata, "entityTypeName", str)
        self.action: str = require_member(metadata, "actionName", str)
        self.status = optional_text(metadata, "status")

    def _find_initiator(self) -> Initiator:
        initiator = self._metadata.get("initiator")
        subject = initiator.get("subject") if isinstance(initiator, dict) else None
        return Initiator(optional_text(subject, "id"), source_ip_address=optional_text(initiator, "sourceIpAddress"))

    @property
    def entity(self) -> T:
        """The entity as the API would return it now, or the handler's model."""
        return self._payload.value

    @property
    def old_entity(self) -> dict[str, Any] | None:
        """The entity before an update; None for other actions."""
        old = self.additional_data.get("oldEntity")
        return old if isinstance(old, dict) else None

    @property
    def additional_data(self) -> dict[str, Any]:
        """Further data about the action."""
        return self._data._member("additionalData", dict)

    @property
    def template(self) -> str | None:
        """The name of the entity's template."""
        entity = self._data._json.get("entity")
        return optional_text(entity.get("_template"), "name") if isinstance(entity, dict) else None

    @property
    def start_time(self) -> datetime | None:
        """When the action started, in UTC."""
        return parse_timestamp(optional_text(self._metadata, "startTime"))

    @property
    def end_time(self) -> datetime | None:
        """When the action ended, in UTC."""
        return parse_timestamp(optional_text(self._metadata, "endTime"))

    def _subject(self) -> str:
        return f"{self.kind.name} {self.entity_type} {self.action}"

    def _bind(self, use: ModelUse) -> None:
        self._payload.bind(use, self.logger)

    def _release(self) -> None:
        self._payload.release()
