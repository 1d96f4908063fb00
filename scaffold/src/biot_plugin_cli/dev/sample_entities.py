"""Entities to play with while a plugin is developed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from biot_emulator.services.entities.types import ENTITY_TYPES

if TYPE_CHECKING:
    from biot_emulator.client import Client

__all__ = ["Samples", "api_id_for", "new_entity"]

# Each belongs to one that stands before it, or to none.
_NEW: Mapping[str, dict[str, Any]] = {
    "patient": {"_name": {"firstName": "Ada", "lastName": "Lovelace"}, "_dateOfBirth": "1985-12-10"},
    "caregiver": {"_name": {"firstName": "Mary", "lastName": "Seacole"}},
    "organization-user": {"_name": {"firstName": "Grace", "lastName": "Hopper"}},
    "organization": {"_name": "Sample clinic"},
    "device": {"_id": "sample-device"},
    "usage-session": {"_state": "ACTIVE"},
    "device-alert": {"_name": "sample"},
    "patient-alert": {"_name": "sample"},
    "generic-entity": {"_name": "sample"},
}
_VARIABLE = re.compile(r"\{(\w+)\}")
_ANY_NAME = "sample"
_STATE = "DISABLED"


def api_id_for(entity_type: str, does: str) -> str | None:
    """Find the API that does something, such as `create`, to entities of a type; None where there is none."""
    return next(iter(_api_ids(entity_type, does)), None)


def _api_ids(entity_type: str, does: str) -> list[str]:
    apis = next((one.apis for one in ENTITY_TYPES if one.name == entity_type), {})
    return [api_id for api_id, done in apis.items() if done == does]


def new_entity(entity_type: str) -> dict[str, Any]:
    """What one more entity of a type can be made with."""
    body = _NEW.get(entity_type, {})
    return {**body, "_id": "another-device"} if "_id" in body else body


class Samples:
    """One entity of most types, made when the platform is new.

    Args:
        client: Calls the platform as one who may do all.
    """

    def __init__(self, client: Client) -> None:
        self._ids: dict[str, str] = {}
        for entity_type, body in _NEW.items():
            # The last is the one that says of what template it is.
            path = self.filled(entity_type, _api_ids(entity_type, "create")[-1].removeprefix("POST"))
            reply = client.call("POST", path or "/", json=body)
            if isinstance(reply.body, dict) and "_id" in reply.body:
                self._ids[entity_type] = reply.body["_id"]

    def filled(self, entity_type: str, template: str) -> str | None:
        """Put the samples' ids in the place of a path's variables.

        Args:
            entity_type: The type of the entities that the path is about.
            template: The path.

        Returns:
            The path; None where it needs an entity of which there is no sample.
        """
        known = {f"{name}Id": id for name, id in self._ids.items()}
        values = {"templateName": _ANY_NAME, "usageType": _ANY_NAME, "state": _STATE, **known}
        if entity_type in self._ids:
            values["id"] = self._ids[entity_type]
        if not values.keys() >= set(_VARIABLE.findall(template)):
            return None
        return _VARIABLE.sub(lambda variable: values[variable[1]], template)
