"""Sample entities for developing a plugin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from biot_emulator.services.entities.types import ENTITY_TYPES

if TYPE_CHECKING:
    from biot_emulator.client import Client

__all__ = ["Samples", "api_id_for", "new_entity"]

# An entity may refer only to earlier ones.
_BODIES: Mapping[str, dict[str, Any]] = {
    "patient": {"_name": {"firstName": "Ada", "lastName": "Lovelace"}, "_dateOfBirth": "1985-12-10"},
    "caregiver": {"_name": {"firstName": "Mary", "lastName": "Seacole"}},
    "organization-user": {"_name": {"firstName": "Grace", "lastName": "Hopper"}},
    "organization": {
        "_name": "Sample clinic",
        "_primaryAdministrator": {"_name": {"firstName": "Joan", "lastName": "Clarke"}},
    },
    "device": {"_id": "sample-device"},
    "usage-session": {"_state": "ACTIVE", "_startTime": "2026-01-31T12:00:00.000Z"},
    "device-alert": {"_name": "sample"},
    "patient-alert": {"_name": "sample"},
    "generic-entity": {"_name": "sample"},
}
_VARIABLE = re.compile(r"\{(\w+)\}")
_ANY_NAME = "sample"
_STATE = "DISABLED"


def api_id_for(entity_type: str, operation: str) -> str | None:
    """Find the API for an operation, such as `create`, on entities of a type; None if there is none."""
    return next(iter(_api_ids(entity_type, operation)), None)


def _api_ids(entity_type: str, operation: str) -> list[str]:
    apis = next((candidate.apis for candidate in ENTITY_TYPES if candidate.name == entity_type), {})
    return [api_id for api_id, name in apis.items() if name == operation]


def new_entity(entity_type: str) -> dict[str, Any]:
    """Create the body of a call that creates another entity of a type."""
    body = _BODIES.get(entity_type, {})
    return {**body, "_id": "another-device"} if "_id" in body else body


class Samples:
    """One entity of most types, created on a new platform.

    Args:
        client: Calls the platform as an administrator.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ids: dict[str, str] = {}
        for entity_type, body in _BODIES.items():
            self.add_template(entity_type, _ANY_NAME)
            # The last one has the template in its path.
            path = self.fill_path(entity_type, _api_ids(entity_type, "create")[-1].removeprefix("POST"))
            reply = client.call("POST", path or "/", json=body)
            if isinstance(reply.body, dict) and "_id" in reply.body:
                self._ids[entity_type] = reply.body["_id"]

    def add_template(self, entity_type: str, name: str) -> None:
        """Create a template that calls can name; nothing happens where there is one."""
        note = {"name": "note", "displayName": "Note", "type": "LABEL", "category": "REGULAR"}
        body = {"entityType": entity_type, "name": name, "displayName": name, "customAttributes": [note]}
        self._client.call("POST", "/settings/v1/templates", json=body)

    def fill_path(self, entity_type: str, template: str) -> str | None:
        """Replace the variables of a path by the ids of the samples.

        Args:
            entity_type: The type of the path's entities.
            template: The path.

        Returns:
            The path; None if it needs an entity without a sample.
        """
        known = {f"{name}Id": id for name, id in self._ids.items()}
        values = {"templateName": _ANY_NAME, "usageType": _ANY_NAME, "state": _STATE, **known}
        if entity_type in self._ids:
            values["id"] = self._ids[entity_type]
        if not values.keys() >= set(_VARIABLE.findall(template)):
            return None
        return _VARIABLE.sub(lambda variable: values[variable[1]], template)
