"""What a row of the table of entity types says; its attributes are in the table of built-in ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from biot_emulator.services.entities.errors import EntityNotFound
from biot_emulator.services.templates.built_in import BUILT_IN

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
        parent: The attribute that refers to the entity that this one belongs to, and the path variable with its id;
            both empty where it belongs to none.
        person: Whether it is somebody who can log in.
        own_id: Whether the id is part of the request that creates an entity.
        started: The attribute with the time of its start, which is the time of its creation by default; mostly none.
    """

    name: str
    apis: Mapping[str, Operation]
    not_found: type[EntityNotFound]
    parent: tuple[str, str] = ("", "")
    person: bool = False
    own_id: bool = False
    started: str | None = None

    @property
    def references(self) -> Mapping[str, str]:
        """The entity types that the built-in attributes refer to."""
        return {
            attribute.name: attribute.reference.entity_type
            for attribute in BUILT_IN[self.name].attributes
            if attribute.reference
        }
