"""What refers to entities, as responses say on request: `_referencers` (contract section 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.templates.catalogue import Templates
from biot_emulator.services.templates.definitions import Attribute, Reference, Template
from biot_emulator.wire_json import to_text

__all__ = ["Referencers"]

_PARAMETER = "includeReferencers"
_ONE = to_text({"limit": 1, "sort": [{"prop": "_id"}]})

_OWNERS = ("_ownerOrganization",)

Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Referencers:
    """Has responses say what refers to the entities in them, where the caller asks for it.

    Attributes:
        entities: All entities.
        templates: Their templates.
    """

    entities: Entities
    templates: Templates

    def around(self, routes: Iterable[Route]) -> list[Route]:
        """Return routes whose handlers add `_referencers` on request."""
        return [
            replace(route, handler=partial(self._respond, route.entity_name or "", route.handler))
            if route.returns_entities
            else route
            for route in routes
        ]

    def _respond(self, type_name: str, handler: Callable[..., ApiResponse], *arguments: Any) -> ApiResponse:
        """Respond to a call; the arguments are those of the handler, the call last."""
        call: Call = arguments[-1]
        wanted = call.query.get(_PARAMETER, ())
        if any(value not in ("true", "false") for value in wanted):
            raise BadRequest(f"The parameter [{_PARAMETER}] must be true or false")
        response = handler(*arguments)
        # Who sees nothing but what is its own is not told of what others have.
        hidden = call.caller is None or call.caller.sees_own_alone
        if "true" not in wanted or hidden or not isinstance(response.body, dict):
            return response
        if "data" in response.body and "metadata" in response.body:
            data = [self._with_referencers(type_name, entity) for entity in response.body["data"]]
            return response._replace(body={**response.body, "data": data})
        return response._replace(body=self._with_referencers(type_name, response.body))

    def _with_referencers(self, type_name: str, entity: Entity) -> Entity:
        referencers: dict[str, Entity] = {}
        for name, of_attribute in self._referencers(type_name, entity["_id"]):
            known = referencers.get(name)
            if known is not None:
                # Of several templates the whole is counted.
                of_attribute = {**known, "count": known["count"] + of_attribute["count"], "referrer": None}
            referencers[name] = of_attribute
        return {**entity, "_referencers": referencers}

    def _referencers(self, type_name: str, id: str) -> Iterator[tuple[str, Entity]]:
        for template in self.templates:
            for attribute in template.attributes:
                to = attribute.reference
                # What an organization owns is no secret, and too much to list.
                if to is None or to.back_name is None or to.entity_type != type_name or attribute.name in _OWNERS:
                    continue
                if (found := self._found(template, attribute, to, id)) is not None:
                    yield to.back_name, found

    def _found(self, template: Template, attribute: Attribute, to: Reference, id: str) -> Entity | None:
        condition = {f"{attribute.full_name}.id": {"eq": id}, "_template.id": {"eq": template.id}}
        page = self.entities.search(template.entity_type, _ONE, condition)
        count = page["metadata"]["page"]["totalResults"]
        if not count:
            return None
        [first] = page["data"]
        return {
            "attributeId": attribute.id,
            "templateId": template.id,
            "template": template.reference,
            "name": to.back_name,
            "displayName": to.back_display_name,
            "count": count,
            "referrer": {"id": first["_id"], "name": first["_caption"]} if count == 1 else None,
        }
