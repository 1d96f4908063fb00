"""Ten templates that use every type of attribute that the platform has."""

from __future__ import annotations

from typing import Any

from biot_emulator.services.templates.definitions import ATTRIBUTE_TYPES
from biot_emulator.testing import Emulator

__all__ = ["TYPES", "attribute", "create", "create_ten"]

TYPES = ATTRIBUTE_TYPES
_TEMPLATES = "/settings/v1/templates"


def attribute(name: str, type: str, *, category: str = "REGULAR", **extra: Any) -> dict[str, Any]:
    """Return what a request says of a custom attribute."""
    details: dict[str, Any] = {}
    if type in ("SINGLE_SELECT", "MULTI_SELECT"):
        details["selectableValues"] = [
            {"name": "mild", "displayName": "Mild"},
            {"name": "severe", "displayName": 'So "severe"'},
        ]
    if type == "REFERENCE":
        details["referenceConfiguration"] = {
            "entityType": "caregiver",
            "referencedSideAttributeName": f"{name}_back",
            "referencedSideAttributeDisplayName": "Back",
        }
    if type in ("INTEGER", "DECIMAL", "WAVEFORM"):
        details["numericMetaData"] = {"units": "mmHg"}
    validation = {"mandatory": False, **extra.pop("validation", {})}
    return {
        "name": name,
        "displayName": name.replace("_", " ").capitalize(),
        "type": type,
        "category": category,
        "phi": True,
        "validation": validation,
        **details,
        **extra,
    }


def create(
    emulator: Emulator, entity_type: str, name: str, *attributes: dict[str, Any], **extra: Any
) -> dict[str, Any]:
    """Create a template."""
    body = {"name": name, "displayName": f"The {name}", "entityType": entity_type, "customAttributes": [*attributes]}
    reply = emulator.call("POST", _TEMPLATES, json={**body, **extra})
    assert reply.status_code == 201, reply.body
    return dict(reply.body)


def create_ten(emulator: Emulator) -> dict[str, dict[str, Any]]:
    """Create the templates; between them, they have every type of attribute."""
    valued = [type for type in TYPES if type not in ("LINK", "WAVEFORM")]
    names = {type: f"my_{type.lower()}" for type in valued}
    everything = [attribute(name, type) for type, name in names.items()]
    pump = create(
        emulator,
        "device",
        "Pump",
        attribute("serial", "LABEL", validation={"mandatory": True, "min": 3, "max": 12, "regex": "[A-Z]{2}[0-9]+"}),
        attribute("rate", "DECIMAL", category="CONFIGURATION", validation={"mandatory": False, "min": 0, "max": 20}),
        attribute("battery", "INTEGER", category="STATUS", validation={"mandatory": False, "min": 0, "max": 100}),
    )
    templates = {
        "Trial": create(emulator, "patient", "Trial", *everything),
        "Control": create(
            emulator,
            "patient",
            "Control",
            attribute("heart_rate", "INTEGER", category="MEASUREMENT"),
            attribute("ecg", "WAVEFORM", category="MEASUREMENT"),
            attribute("age", "INTEGER", validation={"mandatory": True, "min": 18, "max": 120}),
        ),
        "Nurse": create(emulator, "caregiver", "Nurse", attribute("ward", "SINGLE_SELECT")),
        "Clerk": create(emulator, "organization-user", "Clerk", attribute("desk", "LABEL")),
        "Pump": pump,
        "Visit": create(emulator, "generic-entity", "Visit", attribute("notes", "PARAGRAPH"), attribute("day", "DATE")),
        "Falling": create(emulator, "patient-alert", "Falling", attribute("where", "LABEL")),
        "Clinic": create(emulator, "organization", "Clinic", attribute("site", "ADDRESS")),
        "Infusion": create(
            emulator,
            "usage-session",
            "Infusion",
            attribute("volume", "DECIMAL", category="SUMMARY"),
            parentTemplateId=pump["id"],
        ),
    }
    linked = next(item for item in pump["customAttributes"] if item["name"] == "serial")
    link = {"entityTypeName": "device", "templateId": pump["id"], "attributeId": linked["id"]}
    templates["Prime"] = create(
        emulator,
        "command",
        "Prime",
        attribute("pump_serial", "LINK", linkConfiguration=link),
        attribute("doses", "MULTI_SELECT", category="CONFIGURATION"),
        parentTemplateId=pump["id"],
    )
    return templates
