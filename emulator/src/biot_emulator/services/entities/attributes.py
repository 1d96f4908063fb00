"""The built-in attributes: which ones a request may set, and which ones an entity must have (contract section 3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from biot_emulator.api.errors import BadRequest
from biot_emulator.services.entities.errors import AttributeIsMandatory, AttributeTypeMismatch
from biot_emulator.services.entities.type_definition import EntityType

__all__ = ["check_attributes", "check_own_id", "is_own_id", "requested_attributes"]

_READ_ONLY = ("_id", "_creationTime", "_lastModifiedTime", "_caption", "_template", "_enabled", "_referencers")
_MAX_OWN_ID = 108
_OWN_ID = re.compile(rf"[a-zA-Z0-9:_-]{{1,{_MAX_OWN_ID}}}")
_TYPE_NAMES: dict[type, str] = {str: "text", dict: "an object"}

Entity = dict[str, Any]


def requested_attributes(entity_type: EntityType, body: Entity, current: Mapping[str, Any]) -> Entity:
    """Return the attributes that a request sets.

    Args:
        entity_type: The entity's type.
        body: The request's body.
        current: The entity so far: read-only attributes may be sent with the values that they have.

    Raises:
        BadRequest: The request would change a read-only attribute.
    """
    read_only = [name for name in _READ_ONLY if not (name == "_id" and entity_type.own_id and not current)]
    for name in read_only:
        if name in body and body[name] != current.get(name):
            raise BadRequest(f"The attribute [{name}] is the platform's own: leave it out")
    return {name: value for name, value in body.items() if name not in read_only and name != "_templateId"}


def check_attributes(entity_type: EntityType, entity: Mapping[str, Any]) -> None:
    """Check that mandatory attributes are present, with values of the right type.

    Raises:
        AttributeIsMandatory: An attribute is missing.
        AttributeTypeMismatch: An attribute has a value of another type.
    """
    for name, kind in entity_type.mandatory.items():
        value = entity.get(name)
        if value is None or value in ("", {}):
            raise AttributeIsMandatory(f"The attribute [{name}] is mandatory", attributeName=name)
        _check_type(name, value, kind)
    if entity_type.person:
        for name in ("firstName", "lastName"):
            if not entity["_name"].get(name):
                raise AttributeIsMandatory(f"The attribute [_name.{name}] is mandatory", attributeName=f"_name.{name}")
            _check_type(f"_name.{name}", entity["_name"][name], str)


def is_own_id(id: str) -> bool:
    """Whether the creator of an entity may choose this id for it."""
    return _OWN_ID.fullmatch(id) is not None


def check_own_id(id: str) -> None:
    """Check the id of an entity whose creator chooses it, as a device's.

    Raises:
        AttributeTypeMismatch: It has other characters, or too many.
    """
    if not is_own_id(id):
        message = f"The attribute [_id] must be of up to {_MAX_OWN_ID} letters, digits, colons, underscores and hyphens"
        raise AttributeTypeMismatch(message, attributeName="_id", value=id, type="id")


def _check_type(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        message = f"The attribute [{name}] must be {_TYPE_NAMES[kind]}"
        raise AttributeTypeMismatch(message, attributeName=name, value=value, type=_TYPE_NAMES[kind])
