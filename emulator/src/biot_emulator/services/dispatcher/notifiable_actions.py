"""The actions that plugins can be notified of, and the names that APIs accept (contract sections 3.3, 6.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["ACTION_NAMES", "ENTITY_TYPE_NAMES", "NOTIFIABLE_ACTIONS", "notifiable_actions"]

_ALL = ("_create", "_delete", "_update")
_PERSON = (*_ALL, "_incomingSms", "_login", "_logout", "_updateEnabledState")
_ALERT = (*_ALL, "_clear")

NOTIFIABLE_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "caregiver": _PERSON,
    "command": (*_ALL, "_start", "_stop"),
    "device": (*_ALL, "_activateCertificate", "_command", "_generateCertificate", "_revokeCertificate"),
    "device-alert": _ALERT,
    "generic-entity": _ALL,
    "organization": (*_ALL, "_updateAdmin"),
    "organization-user": _PERSON,
    "patient": (*_PERSON, "_saveMeasurement", "_saveMeasurementBulk"),
    "patient-alert": _ALERT,
    "registration-code": _ALL,
    "usage-session": (*_ALL, "_remotePause", "_remoteResume", "_remoteStart", "_remoteStop"),
}
"""The actions that the platform sends notifications of, by entity type."""

ENTITY_TYPE_NAMES = (
    "device",
    "organization",
    "organization-user",
    "caregiver",
    "patient",
    "usage-session",
    "generic-entity",
    "command",
    "device-alert",
    "patient-alert",
    "registration-code",
)
"""The entity types whose actions can be subscribed to."""
ACTION_NAMES = (
    "_create",
    "_update",
    "_delete",
    "_list",
    "_command",
    "_generateCertificate",
    "_activateCertificate",
    "_revokeCertificate",
    "_operate",
    "_read",
    "_start",
    "_stop",
    "_remoteStart",
    "_remoteStop",
    "_remoteResume",
    "_remotePause",
    "_updateAdmin",
    "_updateEnabledState",
    "_login",
    "_logout",
    "_clear",
    "_manage",
    "_assign",
    "_saveMeasurement",
    "_monitor",
    "_view",
    "_saveMeasurementBulk",
    "_incomingSms",
    "_resendInvitation",
)
"""The actions that can be subscribed to, of which some never happen (contract section 3.3)."""


def notifiable_actions() -> list[dict[str, str]]:
    """Return what plugins can be notified of, as the settings API lists it."""
    return [
        {
            "entityName": entity,
            "entityDisplayName": _display_name(entity),
            "actionName": action,
            "actionDisplayName": _display_name(action),
        }
        for entity, actions in NOTIFIABLE_ACTIONS.items()
        for action in sorted(actions)
    ]


def _display_name(name: str) -> str:
    words = re.sub(r"([A-Z])", r" \1", name.strip("_").replace("-", " "))
    return words[:1].upper() + words[1:].lower()
