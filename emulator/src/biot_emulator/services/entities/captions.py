"""An entity's title and the references to it: how people recognise it elsewhere (contract section 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.services.templates.built_in import BUILT_IN

__all__ = ["bare_references", "caption", "reference"]

_DETAILS = ("name", "organizationId", "parentEntityId", "template", "templateId", "templateName")


def caption(type_name: str, entity: Mapping[str, Any]) -> str:
    """Return an entity's title, its `_caption`.

    A person's is the last and the first name, then the number that tells namesakes apart in parentheses; everything
    else has its name, its code, or at least its id.
    """
    name, *numbers = [entity.get(attribute) for attribute in BUILT_IN[type_name].caption]
    if isinstance(name, dict):
        name = " ".join(str(name[part]) for part in ("lastName", "firstName") if name.get(part))
    text = str(name or entity["_id"])
    return " ".join([text, *(f"({number})" for number in numbers if number)])


def reference(entity: Mapping[str, Any], parent: str | None = None) -> dict[str, Any]:
    """Return the value of an attribute that refers to an entity.

    Args:
        entity: The entity.
        parent: The attribute that refers to the entity that it belongs to, where there is one.
    """
    template = entity["_template"]
    owner = entity.get(parent) if parent else None
    return {
        "id": entity["_id"],
        "templateId": template["id"],
        "parentEntityId": owner.get("id") if isinstance(owner, Mapping) else None,
        "templateName": template["name"],
        "template": template,
        "organizationId": (entity.get("_ownerOrganization") or {}).get("id"),
        "name": entity["_caption"],
    }


def bare_references(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entity as notifications have the old one: of what it refers to, the ids alone."""
    return {name: _bare(value) for name, value in entity.items()}


def _bare(value: Any) -> Any:
    if isinstance(value, dict) and "id" in value and value.keys() >= {*_DETAILS}:
        return {name: part if name == "id" else None for name, part in value.items()}
    return value
