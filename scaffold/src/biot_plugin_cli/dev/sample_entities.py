"""Sample entities for developing a plugin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from biot_emulator.services.entities.types import ENTITY_TYPES

if TYPE_CHECKING:
    from biot_emulator.client import Client

__all__ = ["Samples", "api_id_for", "new_entity"]

# An entity may refer only to earlier ones. The session is over, so that another one can begin.
_BODIES: Mapping[str, dict[str, Any]] = {
    "patient": {"_name": {"firstName": "Ada", "lastName": "Lovelace"}, "_dateOfBirth": "1985-12-10"},
    "caregiver": {"_name": {"firstName": "Mary", "lastName": "Seacole"}},
    "organization-user": {"_name": {"firstName": "Grace", "lastName": "Hopper"}},
    "organization": {
        "_name": "Sample clinic",
        "_primaryAdministrator": {"_name": {"firstName": "Joan", "lastName": "Clarke"}},
    },
    "device": {"_id": "sample-device"},
    "usage-session": {
        "_state": "DONE",
        "_startTime": "2024-01-01T23:00:00Z",
        "_endTime": "2024-01-02T07:00:00Z",
        "_summary": {"_stopReasonCode": "COMPLETION"},
    },
    "device-alert": {"_name": "sample"},
    "patient-alert": {"_name": "sample"},
    "generic-entity": {"_name": "sample"},
    "registration-code": {"_code": "sample"},
}
# What another entity has instead: no two may have the same.
_DIFFERENCES: Mapping[str, dict[str, Any]] = {
    "organization": {"_name": "Another clinic"},
    "device": {"_id": "another-device"},
    "registration-code": {"_code": "another"},
}
_BUSY_DEVICE = "busy-device"
_VARIABLE = re.compile(r"\{(\w+)\}")
_ANY_NAME = "sample"
_OTHER_VALUES = {
    "templateName": _ANY_NAME,
    "usageType": _ANY_NAME,
    "state": "DISABLED",
    "deleteOrphanSessionsEnum": "DEVICE",
}


def api_id_for(entity_type: str, operation: str) -> str | None:
    """Find the API for an operation, such as `create`, on entities of a type; None if there is none."""
    return next(iter(_api_ids(entity_type, operation)), None)


def _api_ids(entity_type: str, operation: str) -> list[str]:
    apis = next((candidate.apis for candidate in ENTITY_TYPES if candidate.name == entity_type), {})
    return [api_id for api_id, name in apis.items() if name == operation]


def new_entity(entity_type: str) -> dict[str, Any]:
    """Create the body of a call that creates another entity of a type."""
    return {**_BODIES.get(entity_type, {}), **_DIFFERENCES.get(entity_type, {})}


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
            if entity_type == "device":
                body = self._of_the_patient(body)
            # The last one has the template in its path.
            path = self.fill_path(entity_type, _api_ids(entity_type, "create")[-1].removeprefix("POST"))
            if id := self._create(path, body):
                self._ids[entity_type] = id
        self.add_template("command", _ANY_NAME)
        self._started = self._start_on_another_device()

    def _of_the_patient(self, device: Mapping[str, Any]) -> dict[str, Any]:
        patient = self._ids.get("patient")
        return {**device, "_patient": {"id": patient} if patient else None}

    def _start_on_another_device(self) -> dict[str, str]:
        """Start what the samples' device must not do, so that it can be started there; return the id of each."""
        self._create(_api_ids("device", "create")[0].removeprefix("POST"), self._of_the_patient({"_id": _BUSY_DEVICE}))
        paths = {entity_type: api_id_for(entity_type, "start") or "" for entity_type in ("usage-session", "command")}
        return {
            entity_type: id
            for entity_type, api_id in paths.items()
            if (id := self._create(api_id.removeprefix("POST").replace("{deviceId}", _BUSY_DEVICE), {}))
        }

    def _create(self, path: str | None, body: Mapping[str, Any]) -> str | None:
        reply = self._client.call("POST", path or "/", json=body)
        return reply.body.get("_id") if isinstance(reply.body, dict) else None

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
        values = {**_OTHER_VALUES, **{f"{name}Id": id for name, id in self._ids.items()}}
        if "/remote-control/" in template or entity_type == "command":
            if "{id}" in template:
                values = {**values, "id": self._started.get(entity_type, ""), "deviceId": _BUSY_DEVICE}
        elif entity_type in self._ids:
            values["id"] = self._ids[entity_type]
        if not values.keys() >= set(_VARIABLE.findall(template)):
            return None
        return _VARIABLE.sub(lambda variable: values[variable[1]], template)
