"""What entities obey, and what follows from their changes, where that is another room's concern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from biot_emulator.services.entities.type_definition import EntityType

__all__ = ["Rules"]

Entity = dict[str, Any]
_Entities = TypeVar("_Entities", contravariant=True)


class Rules(Protocol[_Entities]):
    """Rules of some types of entities; each is asked for every type, in the transaction of the change."""

    def check(self, entities: _Entities, entity_type: EntityType, entity: Entity, old: Mapping[str, Any]) -> None:
        """Check an entity before it is written; `old` is empty where it is new. Raises ApiError."""
        ...

    def saved(self, entities: _Entities, entity_type: EntityType, entity: Entity, old: Mapping[str, Any]) -> None:
        """Do what follows from an entity that was written."""
        ...

    def check_deletion(self, entities: _Entities, entity_type: EntityType, entity: Mapping[str, Any]) -> None:
        """Check an entity before it is deleted. Raises ApiError."""
        ...

    def deleted(self, entity_type: EntityType, entity: Mapping[str, Any]) -> None:
        """Do what follows from an entity that was deleted."""
        ...

    def check_disabling(self, entities: _Entities, entity_type: EntityType, entity: Mapping[str, Any]) -> None:
        """Check that a person may be disabled. Raises ApiError."""
        ...
