"""What each role may do with entities of each type, of those that it sees; administrators and plugins may do all.

BioT publishes that patients create no patients, that administrators of organizations have their own caregivers and
patients to themselves and may view and edit devices, and that operators have no rights of administrators.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from biot_emulator.services.ums.roles import (
    CAREGIVER,
    MANUFACTURER_ADMIN,
    ORGANIZATION_ADMIN,
    ORGANIZATION_USER,
    PATIENT,
    SERVICE,
)

__all__ = ["Kind", "may"]

Kind = Literal["read", "create", "update", "delete"]
"""What an API does with an entity; whatever changes one, such as a stop, is an update."""

_READ: tuple[Kind, ...] = ("read",)
_EDIT: tuple[Kind, ...] = ("read", "update")
_ADD: tuple[Kind, ...] = ("read", "create", "update")
_ALL: tuple[Kind, ...] = ("read", "create", "update", "delete")
_NONE: tuple[Kind, ...] = ()

_COLUMNS = (ORGANIZATION_ADMIN, SERVICE, ORGANIZATION_USER, CAREGIVER, PATIENT)
_TABLE: Mapping[str, tuple[tuple[Kind, ...], ...]] = {
    "organization": (_EDIT, _EDIT, _READ, _READ, _READ),
    "organization-user": (_ALL, _ALL, _READ, _READ, _NONE),
    "caregiver": (_ALL, _ALL, _READ, _READ, _READ),
    "patient": (_ALL, _ALL, _ADD, _ALL, _EDIT),
    "registration-code": (_ALL, _ALL, _READ, _READ, _NONE),
    "device": (_EDIT, _ALL, _EDIT, _EDIT, _READ),
    "patient-alert": (_ALL, _ALL, _ALL, _ALL, _ADD),
    "device-alert": (_ALL, _ALL, _ALL, _ALL, _READ),
    "usage-session": (_ALL, _ALL, _ALL, _ALL, _ADD),
    "command": (_ALL, _ALL, _ALL, _ALL, _READ),
    "generic-entity": (_ALL, _ALL, _ALL, _ALL, _ALL),
}


def may(role: str, type_name: str, kind: Kind) -> bool:
    """Whether a role may do something with entities of a type that it sees."""
    # An administrator of the platform that belongs to another organization administers that one.
    column = ORGANIZATION_ADMIN if role == MANUFACTURER_ADMIN else role
    row = _TABLE.get(type_name)
    return row is not None and column in _COLUMNS and kind in row[_COLUMNS.index(column)]
