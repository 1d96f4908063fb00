"""The entities' APIs: one function for each thing that can be done, for all types alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from biot_emulator.api.call import Answer, Api, Call
from biot_emulator.api.search import search, search_request
from biot_emulator.errors import BadRequest
from biot_emulator.platform import Platform
from biot_emulator.services.entities.errors import ParentNotFound
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entities.types import ENTITY_TYPES, EntityType

__all__ = ["EntityApi"]

_PERMISSION = "PROTECTED_API"
_STATES = ("ENABLED", "DISABLED")
_TEMPLATE_VARIABLES = ("templateName", "usageType")

Entity = dict[str, Any]


class EntityApi:
    """Registers the APIs of every entity type, and `GET /organization/v1/users/self`."""

    def __init__(self, platform: Platform, entities: Entities) -> None:
        self._platform = platform
        self._entities = entities
        platform.router.add(
            _OfType(platform, entities, one).api(api_id, does)
            for one in ENTITY_TYPES
            for api_id, does in one.apis.items()
        )
        path = "/organization/v1/users/self"
        platform.router.add([Api("GET", path, self._self, _PERMISSION, entity_name="organization-user")])

    def _self(self, call: Call) -> Answer:
        id = _caller_id(call)
        people = [one.name for one in ENTITY_TYPES if one.person]
        found = next((entity for name in people if (entity := self._entities.find(name, id))), None)
        return Answer(200, found or self._entities.read(people[0], id))


class _OfType:
    """What can be done with the entities of one type."""

    def __init__(self, platform: Platform, entities: Entities, entity_type: EntityType) -> None:
        self._platform = platform
        self._entities = entities
        self._type = entity_type

    def api(self, api_id: str, does: str) -> Api:
        method, slash, path = api_id.partition("/")
        answers: dict[str, Callable[[Call], Answer]] = {
            "create": self._create,
            "read": self._read,
            "update": self._update,
            "delete": self._delete,
            "search": self._search,
            "self": self._self,
            "set_enabled": self._set_enabled,
        }
        name = self._type.name
        return Api(method, slash + path, answers[does], _PERMISSION, entity_name=name, returns_entities=True)

    def _create(self, call: Call) -> Answer:
        attributes, organization_id = call.object, call.caller.organization_id if call.caller else ""
        parent = self._parent(call)
        if parent and self._type.parent:
            attributes = {**attributes, self._type.parent[0]: {"id": parent["_id"]}}
            organization_id = parent["_ownerOrganization"]["id"]
        template = next((call.variables[name] for name in _TEMPLATE_VARIABLES if name in call.variables), None)
        entity = self._entities.create(self._type.name, attributes, organization_id=organization_id, template=template)
        self._tell("_create", entity, None, call)
        return Answer(201, entity)

    def _read(self, call: Call) -> Answer:
        return Answer(200, self._found(call))

    def _update(self, call: Call) -> Answer:
        self._found(call)
        entity, old = self._entities.update(self._type.name, call.variables["id"], call.object)
        self._tell("_update", entity, old, call)
        return Answer(200, entity)

    def _delete(self, call: Call) -> Answer:
        self._found(call)
        entity = self._entities.delete(self._type.name, call.variables["id"])
        self._tell("_delete", entity, None, call)
        return Answer(204)

    def _search(self, call: Call) -> Answer:
        entities = self._entities.all(self._type.name)
        template = call.variables.get("templateName")
        if template is not None:
            entities = [one for one in entities if one["_template"]["name"] == template]
        return Answer(200, search(entities, search_request(call)))

    def _self(self, call: Call) -> Answer:
        return Answer(200, self._entities.read(self._type.name, _caller_id(call)))

    def _set_enabled(self, call: Call) -> Answer:
        state = call.variables["state"]
        if state not in _STATES:
            raise BadRequest(f"The state [{state}] must be one of {', '.join(_STATES)}")
        entity, old = self._entities.set_enabled(self._type.name, call.variables["id"], state)
        self._tell("_updateEnabledState", entity, old, call)
        return Answer(200, entity)

    def _found(self, call: Call) -> Entity:
        """The entity that the path names, which must also belong to the parent and template that the path names."""
        id = call.variables["id"]
        entity = self._entities.read(self._type.name, id)
        parent = self._parent(call)
        astray = parent and self._type.parent and entity[self._type.parent[0]]["id"] != parent["_id"]
        if astray or call.variables.get("templateName") not in (None, entity["_template"]["name"]):
            raise self._type.not_found(f"There is no {self._type.name} [{id}] at this path", id=id)
        return entity

    def _parent(self, call: Call) -> Entity | None:
        if self._type.parent is None:
            return None
        attribute, variable = self._type.parent
        id = call.variables[variable]
        parent = self._entities.find(self._type.references[attribute], id)
        if parent is None:
            raise ParentNotFound(f"There is no {self._type.references[attribute]} [{id}]", parentEntityId=id)
        return parent

    def _tell(self, action: str, entity: Entity, old: Entity | None, call: Call) -> None:
        self._platform.happened(self._type.name, action, entity, old, call)


def _caller_id(call: Call) -> str:
    return call.caller.subject_id if call.caller else ""
