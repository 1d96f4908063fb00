"""The built-in attributes: what entities have by themselves, and what may be given (contract section 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.errors import BadRequest
from biot_emulator.services.entities.errors import AttributeIsMandatory, AttributeTypeMismatch
from biot_emulator.services.entities.types import EntityType

__all__ = ["caption", "check", "given", "reference"]

_MADE = ("_id", "_creationTime", "_lastModifiedTime", "_caption", "_template", "_enabled", "_referencers")
_KINDS: dict[type, str] = {str: "text", dict: "an object"}

Entity = dict[str, Any]


def given(entity_type: EntityType, attributes: Entity, current: Mapping[str, Any]) -> Entity:
    """The attributes that a request gives.

    Args:
        entity_type: The entity's type.
        attributes: The request's body.
        current: The entity so far: what the platform makes itself may be sent as it is.

    Raises:
        BadRequest: One of them cannot be given.
    """
    made = [name for name in _MADE if not (name == "_id" and entity_type.own_id and not current)]
    for name in made:
        if name in attributes and attributes[name] != current.get(name):
            raise BadRequest(f"The attribute [{name}] is the platform's own: leave it out")
    return {name: value for name, value in attributes.items() if name not in made and name != "_templateId"}


def check(entity_type: EntityType, entity: Mapping[str, Any]) -> None:
    """See that an entity has what one of its type cannot be without.

    Raises:
        AttributeIsMandatory: Something is missing.
        AttributeTypeMismatch: Something has a value of another type.
    """
    for name, kind in entity_type.mandatory.items():
        value = entity.get(name)
        if value is None or value in ("", {}):
            raise AttributeIsMandatory(f"The attribute [{name}] is mandatory", attributeName=name)
        _check_kind(name, value, kind)
    if entity_type.person:
        for name in ("firstName", "lastName"):
            if not entity["_name"].get(name):
                raise AttributeIsMandatory(f"The attribute [_name.{name}] is mandatory", attributeName=f"_name.{name}")
            _check_kind(f"_name.{name}", entity["_name"][name], str)


def _check_kind(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        message = f"The attribute [{name}] must be {_KINDS[kind]}"
        raise AttributeTypeMismatch(message, attributeName=name, value=value, type=_KINDS[kind])


def caption(entity: Mapping[str, Any]) -> str:
    """What people see of an entity where there is room for one line only."""
    name = entity.get("_name")
    if isinstance(name, dict):
        return " ".join(str(name[part]) for part in ("firstName", "lastName") if name.get(part))
    return str(name or entity["_id"])


def reference(entity: Mapping[str, Any]) -> Entity:
    """What an attribute that refers to an entity holds."""
    template = entity["_template"]
    return {
        "id": entity["_id"],
        "name": entity["_caption"],
        "organizationId": entity["_ownerOrganization"]["id"],
        "template": template,
        "templateId": template["id"],
        "templateName": template["name"],
    }
