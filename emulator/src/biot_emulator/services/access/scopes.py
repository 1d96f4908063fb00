"""Which entities a caller sees, as the filter of a search: those of its organization, or a patient's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from biot_emulator.api.call import Caller
from biot_emulator.api.search_filter import matches
from biot_emulator.services.access.role_operations import may
from biot_emulator.services.entities.repository import Entities

__all__ = ["Scopes"]

Filter = dict[str, Any]

_OWN_PATIENT = "_patient.id"
_OWN_DEVICE = "_device.id"
#: No entity has this id.
_NOTHING: Filter = {"_id": {"eq": "-"}}


class Scopes:
    """What callers see who do not see everything.

    Args:
        entities: All entities.
    """

    def __init__(self, entities: Entities) -> None:
        self._entities = entities

    def filter(self, caller: Caller, type_name: str) -> Filter:
        """Return the filter that entities of a type must meet for a caller to see them."""
        if not may(caller.role, type_name, "read"):
            # Everybody sees the own entity.
            return _equal("_id", caller.subject_id)
        if caller.sees_own_alone:
            return _OF_PATIENTS[type_name](self._entities, caller)
        name = "_id" if type_name == "organization" else "_ownerOrganization.id"
        return _equal(name, caller.organization_id)

    def sees(self, caller: Caller, type_name: str, entity: Mapping[str, Any]) -> bool:
        """Whether a caller sees an entity."""
        return matches(dict(entity), self.filter(caller, type_name))


def _own(name: str) -> Callable[[Entities, Caller], Filter]:
    return lambda _, caller: _equal(name, caller.subject_id)


def _organization(_: Entities, caller: Caller) -> Filter:
    return _equal("_id", caller.organization_id)


def _caregiver(entities: Entities, caller: Caller) -> Filter:
    patient = entities.find("patient", caller.subject_id) or {}
    id = (patient.get("_caregiver") or {}).get("id")
    return _equal("_id", id) if id else _NOTHING


def _of_own_devices(entities: Entities, caller: Caller) -> Filter:
    ids = [device["_id"] for device in entities.having("device", _OWN_PATIENT, caller.subject_id)]
    return {_OWN_DEVICE: {"in": ids}} if ids else _NOTHING


def _referring(entities: Entities, caller: Caller) -> Filter:
    """Return the filter for what refers to a patient, by whatever attribute a template has for it."""
    names = {
        name
        for entity in entities.all("generic-entity")
        for name, value in entity.items()
        if isinstance(value, Mapping) and value.get("id") == caller.subject_id
    }
    return (
        {"$OR": {"filter": {f"{name}.id": {"eq": caller.subject_id} for name in sorted(names)}}} if names else _NOTHING
    )


_OF_PATIENTS: Mapping[str, Callable[[Entities, Caller], Filter]] = {
    "organization": _organization,
    "caregiver": _caregiver,
    "patient": _own("_id"),
    "device": _own(_OWN_PATIENT),
    "patient-alert": _own(_OWN_PATIENT),
    "usage-session": _own(_OWN_PATIENT),
    "device-alert": _of_own_devices,
    "command": _of_own_devices,
    "generic-entity": _referring,
}


def _equal(name: str, value: str) -> Filter:
    return {name: {"eq": value}}
