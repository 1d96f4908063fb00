"""An entity's title and the references to it: how people recognise it elsewhere (contract section 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["caption", "reference"]


def caption(entity: Mapping[str, Any]) -> str:
    """Return an entity's title, its `_caption`: a person's first and last name, any other name, or the id."""
    name = entity.get("_name")
    if isinstance(name, dict):
        return " ".join(str(name[part]) for part in ("firstName", "lastName") if name.get(part))
    return str(name or entity.get("_code") or entity["_id"])


def reference(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of an attribute that refers to an entity."""
    template = entity["_template"]
    return {
        "id": entity["_id"],
        "name": entity["_caption"],
        "organizationId": entity["_ownerOrganization"]["id"],
        "template": template,
        "templateId": template["id"],
        "templateName": template["name"],
    }
