"""Handlers of the entities' APIs: one function for each operation, for all types alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.search import search, search_request
from biot_emulator.services.entities.belonging import delete_with_dependants
from biot_emulator.services.entities.certificates.catalogue import Certificates
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entities.type_definition import EntityType
from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_emulator.services.entity_changes import EntityChanges
from biot_emulator.state.clock import Clock

__all__ = ["EntityHandlers"]

_STATES = ("ENABLED", "DISABLED")

Entity = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntityHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        entities: The entities.
        changes: Where each change is recorded, for the notifications.
        clock: The platform's time.
        certificates: The certificates of devices.
    """

    entities: Entities
    changes: EntityChanges
    clock: Clock
    certificates: Certificates

    def create(self, call: Call, entity_type: EntityType) -> ApiResponse:
        """Create an entity."""
        organization_id = call.caller.organization_id if call.caller else ""
        template = call.variables.get("templateName")
        entity = self.entities.create(entity_type.name, call.object, organization_id=organization_id, template=template)
        self.changes.record(entity_type.name, "_create", call, entity)
        return ApiResponse(201, entity)

    def read(self, call: Call, entity_type: EntityType) -> ApiResponse:
        """Return an entity."""
        return ApiResponse(200, self._entity(call, entity_type))

    def update(self, call: Call, entity_type: EntityType) -> ApiResponse:
        """Change attributes of an entity."""
        self._entity(call, entity_type)
        entity, old = self.entities.update(entity_type.name, call.variables["id"], call.object)
        self.changes.record(entity_type.name, "_update", call, entity, old)
        return ApiResponse(200, entity)

    def delete(self, call: Call, entity_type: EntityType) -> ApiResponse:
        """Delete an entity."""
        self._entity(call, entity_type)
        entity = delete_with_dependants(self.entities, entity_type.name, call.variables["id"])
        self.changes.record(entity_type.name, "_delete", call, entity)
        return ApiResponse(204)

    def search(self, call: Call, entity_type: EntityType) -> ApiResponse:
        """Search entities, of one template where the path names it."""
        template = call.variables.get("templateName")
        restriction = None if template is None else {"_template.name": {"eq": template}}
        return ApiResponse(200, self.entities.search(entity_type.name, search_request(call), restriction))

    def search_parents(self, call: Call, entity_type: EntityType, name: str, states: Iterable[str]) -> ApiResponse:
        """Search the entities that others belong to, and return each with those of its own that are current.

        Args:
            call: The call.
            entity_type: The type of the entities that belong to the others.
            name: The name under which they are returned.
            states: The states of those that are current.
        """
        attribute = entity_type.parent[0]
        current: dict[str, list[Entity]] = {}
        found = [entity for state in states for entity in self.entities.having(entity_type.name, "_state", state)]
        for entity in sorted(found, key=itemgetter("_creationTime")):
            if entity.get(attribute):
                current.setdefault(entity[attribute]["id"], []).append(entity)
        parent_type = entity_type.references[attribute]
        parents = [parent for id in current if (parent := self.entities.find(parent_type, id))]
        page = search(parents, search_request(call))
        data = [{attribute: parent, name: current[parent["_id"]]} for parent in page["data"]]
        return ApiResponse(200, {**page, "data": data})

    def read_self(self, call: Call, entity_type: EntityType) -> ApiResponse:
        """Return the caller's own entity, of one type of people."""
        return ApiResponse(200, self.entities.read(entity_type.name, _caller_id(call)))

    def read_self_of_any_type(self, call: Call) -> ApiResponse:
        """Return the caller's own entity, whatever type of person the caller is."""
        id = _caller_id(call)
        people = [entity_type.name for entity_type in ENTITY_TYPES if entity_type.person]
        found = next((name for name in people if self.entities.find(name, id)), people[0])
        return ApiResponse(200, {**self.entities.read(found, id), "_userType": found})

    def set_enabled(self, call: Call, entity_type: EntityType) -> ApiResponse:
        """Enable or disable a person."""
        state = call.variables["state"]
        if state not in _STATES:
            raise BadRequest(f"The state [{state}] must be one of {', '.join(_STATES)}")
        entity, old = self.entities.set_enabled(entity_type.name, call.variables["id"], state)
        self.changes.record(entity_type.name, "_updateEnabledState", call, entity, old)
        return ApiResponse(200, entity)

    def _entity(self, call: Call, entity_type: EntityType) -> Entity:
        """Return the entity at a path; it must be of the template that the path names."""
        id = call.variables["id"]
        entity = self.entities.read(entity_type.name, id)
        if call.variables.get("templateName") not in (None, entity["_template"]["name"]):
            raise entity_type.not_found(f"There is no {entity_type.name} [{id}] at this path", id=id)
        return entity


def _caller_id(call: Call) -> str:
    return call.caller.subject_id if call.caller else ""
