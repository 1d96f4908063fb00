"""What a request may say of an entity: which attributes are sent when one is created, and which when it is changed.

Templates do not say all of it; the rest is in the published requests (contract sections 3.2 and 13.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from biot_plugin_cli.types.templates.attributes import Attribute

__all__ = ["can_be_changed", "is_required", "is_sent"]

_WITHOUT_VALUE = frozenset(["LINK", "WAVEFORM"])
_REPORTED: Mapping[str, frozenset[str]] = {"device": frozenset(["STATUS"]), "command": frozenset(["STATUS", "SUMMARY"])}
_OF_OWNER = frozenset(["patient", "caregiver", "organization-user", "registration-code"])
_WITHOUT_OWNER = frozenset(["organization", "patient-alert", "device-alert", "usage-session", "command"])
_UNCHANGEABLE = frozenset(["command"])


def can_be_changed(entity_type: str) -> bool:
    """Whether there is an API that changes entities of a type."""
    return entity_type not in _UNCHANGEABLE


def is_sent(entity_type: str, attribute: Attribute, *, creating: bool) -> bool:
    """Whether a request can have an attribute.

    Args:
        entity_type: The name of the entity type.
        attribute: The attribute.
        creating: Whether the request creates the entity.
    """
    if attribute.is_read_only or attribute.is_measured or attribute.type in _WITHOUT_VALUE:
        return False
    if attribute.category in _REPORTED.get(entity_type, ()) or _is_in_path(entity_type, attribute):
        return False
    if attribute.path == ("_ownerOrganization",) and entity_type in _WITHOUT_OWNER:
        return False
    return creating or attribute.path not in _set_at_creation(entity_type)


def is_required(entity_type: str, attribute: Attribute) -> bool:
    """Whether a request that creates an entity must have an attribute."""
    if attribute.path == ("_ownerOrganization",):
        return entity_type in _OF_OWNER
    return attribute.is_mandatory and not attribute.has_default


def _is_in_path(entity_type: str, attribute: Attribute) -> bool:
    """Whether it is the entity that the new one belongs to, whose id is in the path of the API."""
    from biot_emulator.services.templates.built_in import BUILT_IN

    built_in = BUILT_IN.get(entity_type)
    is_reference = attribute.type == "REFERENCE" and not attribute.is_custom and attribute.is_mandatory
    return is_reference and built_in is not None and attribute.target_type == built_in.parent


@cache
def _set_at_creation(entity_type: str) -> frozenset[tuple[str, ...]]:
    from biot_emulator.services.templates.built_in import BUILT_IN

    built_in = BUILT_IN.get(entity_type)
    return (
        frozenset(attribute.path for attribute in built_in.attributes if attribute.at_creation)
        if built_in
        else frozenset()
    )
