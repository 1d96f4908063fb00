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
    "patient": {
        "_name": {"firstName": "Ada", "lastName": "Lovelace"},
        "_dateOfBirth": "1985-12-10",
        "mrn": "  K-117 ",
    },
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
_ONGOING = "ongoing-session"
_ONGOING_DEVICE = "ongoing-device"
# What the examples of new plugins read and write beside the platform's own attributes.
_MORE_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {"patient": ("mrn", "lastSessionEnd")}
# Types whose entities are reached by paths with the name of their template.
_REACHED_BY_TEMPLATE = ("generic-entity",)
_OK = 200
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
    """One entity of most types, created on a platform unless it has them from before.

    Args:
        client: Calls the platform as an administrator.
        known: The ids of the samples that the platform may have from before, by what they are.

    Attributes:
        ids: The ids of the samples, by what they are, for the next start.
    """

    def __init__(self, client: Client, known: Mapping[str, str] | None = None) -> None:
        self._client = client
        self.ids: dict[str, str] = {}
        self._known = dict(known or {})
        for entity_type, body in _BODIES.items():
            self.add_template(entity_type, _ANY_NAME)
            self._ensure(entity_type, entity_type, self._of_the_patient(body) if entity_type == "device" else body)
        self.add_template("command", _ANY_NAME)
        self._start_on_another_device()
        self._begin_session()

    def _of_the_patient(self, device: Mapping[str, Any]) -> dict[str, Any]:
        patient = self.ids.get("patient")
        return {**device, "_patient": {"id": patient} if patient else None}

    def _ensure(self, entity_type: str, key: str, body: Mapping[str, Any]) -> None:
        """Create a sample, unless it is there."""
        if (known := self._known.get(key)) and self._is_there(entity_type, known):
            self.ids[key] = known
            return
        apis = _api_ids(entity_type, "create")
        path = self.fill_path(entity_type, apis[-1 if entity_type in _REACHED_BY_TEMPLATE else 0].removeprefix("POST"))
        if id := self._create(path, body):
            self.ids[key] = id

    def _is_there(self, entity_type: str, id: str) -> bool:
        template = (api_id_for(entity_type, "read") or "GET").removeprefix("GET")
        values = {**_OTHER_VALUES, **{f"{name}Id": known for name, known in self.ids.items()}, "id": id}
        path = _filled(template, values)
        return path is not None and self._client.call("GET", path).status_code == _OK

    def _start_on_another_device(self) -> None:
        """Start what the samples' device must not do, so that it can be started there."""
        self._ensure("device", _BUSY_DEVICE, self._of_the_patient({"_id": _BUSY_DEVICE}))
        for entity_type in ("usage-session", "command"):
            key, path = f"{_BUSY_DEVICE}/{entity_type}", (api_id_for(entity_type, "start") or "").removeprefix("POST")
            id = self._create(path.replace("{deviceId}", _BUSY_DEVICE), {}) or self._known.get(key)
            if id:
                self.ids[key] = id

    def _begin_session(self) -> None:
        """Begin a session that a call can end, unless there is one that has not ended."""
        self._ensure("device", _ONGOING_DEVICE, self._of_the_patient({"_id": _ONGOING_DEVICE}))
        path = _api_ids("usage-session", "create")[0].removeprefix("POST").replace("{deviceId}", _ONGOING_DEVICE)
        body = {"_state": "ACTIVE", "_startTime": "2024-01-01T23:00:00Z"}
        if id := self._create(path, body) or self._known.get(_ONGOING):
            self.ids[_ONGOING] = id

    def _create(self, path: str | None, body: Mapping[str, Any]) -> str | None:
        reply = self._client.call("POST", path or "/", json=body)
        return reply.body.get("_id") if isinstance(reply.body, dict) else None

    def add_template(self, entity_type: str, name: str) -> None:
        """Create a template that calls can name; nothing happens where there is one."""
        attributes = [
            {"name": attribute, "displayName": attribute, "type": "LABEL", "category": "REGULAR"}
            for attribute in ("note", *_MORE_ATTRIBUTES.get(entity_type, ()))
        ]
        body = {"entityType": entity_type, "name": name, "displayName": name, "customAttributes": attributes}
        self._client.call("POST", "/settings/v1/templates", json=body)

    def fill_path(self, entity_type: str, template: str, operation: str = "") -> str | None:
        """Replace the variables of a path by the ids of the samples.

        Args:
            entity_type: The type of the path's entities.
            template: The path.
            operation: What the call does with the entity.

        Returns:
            The path; None if it needs an entity without a sample.
        """
        values = {**_OTHER_VALUES, **{f"{name}Id": id for name, id in self.ids.items()}}
        if "/remote-control/" in template or entity_type == "command":
            if "{id}" in template:
                id = self.ids.get(f"{_BUSY_DEVICE}/{entity_type}", "")
                values = {**values, "id": id, "deviceId": _BUSY_DEVICE}
        elif entity_type == "usage-session" and operation == "update":
            values = {**values, "id": self.ids.get(_ONGOING, ""), "deviceId": _ONGOING_DEVICE}
        elif entity_type in self.ids:
            values["id"] = self.ids[entity_type]
        return _filled(template, values)


def _filled(template: str, values: Mapping[str, str]) -> str | None:
    if not values.keys() >= set(_VARIABLE.findall(template)):
        return None
    return _VARIABLE.sub(lambda variable: values[variable[1]], template)
