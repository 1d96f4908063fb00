"""What a row of the table of entity types says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from biot_emulator.services.entities.errors import EntityNotFound

__all__ = ["EntityType", "Operation"]

Operation = Literal[
    "create",
    "read",
    "update",
    "delete",
    "search",
    "self",
    "set_enabled",
    "search_current",
    "start",
    "control",
    "stop",
    "delete_orphans",
    "update_status",
    "read_connection",
    "create_certificate",
    "activate_certificate",
    "delete_certificate",
]
"""What an API does with entities."""


@dataclass(frozen=True, slots=True)
class EntityType:
    """One type of entities.

    Attributes:
        name: Its name on the wire.
        apis: The operation of each of its APIs, by API id.
        not_found: The error for an id that no entity has.
        mandatory: The mandatory attributes, and the types of their values.
        defaults: The attributes that an entity has where a request leaves them out.
        references: The entity type that an attribute refers to; the reference is written as an object with an `id`.
        parent: The attribute that refers to the entity that this one belongs to, and the path variable with its id;
            both empty where it belongs to none.
        person: Whether it is somebody who can log in.
        own_id: Whether the id is part of the request that creates an entity.
        started: The attribute with the time of its start, which is the time of its creation by default; mostly none.
    """

    name: str
    apis: Mapping[str, Operation]
    not_found: type[EntityNotFound]
    mandatory: Mapping[str, type] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    parent: tuple[str, str] = ("", "")
    person: bool = False
    own_id: bool = False
    started: str | None = None
