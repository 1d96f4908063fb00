"""Templates for tests: made through the API, as people make them."""

from __future__ import annotations

from typing import Any

from biot_emulator.client import Client

__all__ = ["TEMPLATES", "attribute", "make_template"]

TEMPLATES = "/settings/v1/templates"


def attribute(name: str, type: str, **more: Any) -> dict[str, Any]:
    """Return a custom attribute, mandatory or not, with what its validation says among the rest."""
    in_validation = ("mandatory", "unique", "defaultValue", "min", "max", "regex", "supportedMimeTypes")
    validation = {key: more.pop(key) for key in in_validation if key in more}
    choices = more.pop("choices", None)
    selectable = (
        {"selectableValues": [{"name": choice, "displayName": choice} for choice in choices]} if choices else {}
    )
    return {
        "name": name,
        "displayName": name,
        "type": type,
        "category": "REGULAR",
        "validation": {"mandatory": False, **validation},
        **selectable,
        **more,
    }


def make_template(
    client: Client, entity_type: str, name: str, *attributes: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """Create a template, and return it."""
    body = {"entityType": entity_type, "name": name, "displayName": name, "customAttributes": [*attributes], **more}
    reply = client.call("POST", TEMPLATES, json=body)
    assert reply.status_code == 201, reply.body
    made: dict[str, Any] = reply.body
    return made
