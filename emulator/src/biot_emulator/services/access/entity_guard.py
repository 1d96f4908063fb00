"""Puts access control around the handlers of the entities' APIs, as one service of BioT does around all others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from biot_emulator.api.call import Call, Caller
from biot_emulator.api.errors import AccessDenied
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.api.search import parse_search_request, search_request
from biot_emulator.api.search_filter import normalized_filter
from biot_emulator.services.access.role_operations import Kind, may
from biot_emulator.services.access.scopes import Scopes
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entity_changes import EntityChanges
from biot_emulator.services.people.roles import role_of
from biot_emulator.services.ums.roles import MANUFACTURER_ADMIN
from biot_emulator.state.store import Store
from biot_emulator.wire_json import encode

__all__ = ["EntityGuard"]

_PARENTS = {"patientId": "patient", "deviceId": "device"}
_KINDS: Mapping[str, Kind] = {"GET": "read", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
_USER = "organization-user"
_ORGANIZATION = "organization"

Handler = Callable[..., ApiResponse]


@dataclass(frozen=True, slots=True)
class EntityGuard:
    """Has callers see and change what their role and their organization allow.

    Attributes:
        store: The state: a change that was not allowed is undone.
        entities: All entities.
        changes: What is notified, which a change that is undone is not.
        scopes: Which entities callers see.
    """

    store: Store
    entities: Entities
    changes: EntityChanges
    scopes: Scopes

    def around(self, routes: Iterable[Route]) -> list[Route]:
        """Return routes with guarded handlers."""
        return [replace(route, handler=partial(self._respond, route)) for route in routes]

    def _respond(self, route: Route, *arguments: Any) -> ApiResponse:
        """Respond to a call; the arguments are those of the handler, the call last."""
        call: Call = arguments[-1]
        handle = partial(route.handler, *arguments[:-1])
        caller = call.caller
        if caller is None or route.entity_name is None or _is_about_self(route):
            return handle(call)
        if not caller.sees_all:
            return self._guarded(route, caller, handle, call)
        if route.entity_name in (_USER, _ORGANIZATION) and call.method != "GET" and not _makes_administrators(caller):
            before = self.entities.find(route.entity_name, call.variables.get("id", "")) or {}
            return self._undone_if_refused(handle, call, partial(self._check_role, route.entity_name, before))
        return handle(call)

    def _guarded(self, route: Route, caller: Caller, handle: Handler, call: Call) -> ApiResponse:
        type_name = route.entity_name or ""
        before = self._check_path(route, caller, call)
        kind = _kind(call)
        if not self._may(caller, type_name, kind, before):
            raise AccessDenied(f"A caller with the role [{caller.role}] may not {kind} a {type_name}")
        if kind == "read":
            return handle(call) if before or not _is_search(route) else self._search(route, caller, handle, call)
        if kind == "delete" and before is None:
            raise AccessDenied("The caller does not see everything that would be deleted")
        check = partial(self._check_result, caller, type_name, before or {})
        return self._undone_if_refused(handle, call, check)

    def _check_path(self, route: Route, caller: Caller, call: Call) -> Mapping[str, Any] | None:
        """Check what the path names, and return the entity itself, if it names one and there is one."""
        for name in _PARENTS.keys() & call.variables.keys():
            self._check(caller, _PARENTS[name], call.variables[name])
        id = call.variables.get("id")
        return self._check(caller, route.entity_name or "", id) if id is not None else None

    def _check(self, caller: Caller, type_name: str, id: str) -> Mapping[str, Any] | None:
        # What there is not is the handler's to say.
        entity = self.entities.find(type_name, id)
        if entity is not None and not self.scopes.sees(caller, type_name, entity):
            raise AccessDenied(f"The caller has no access to the {type_name} [{id}]", id=id)
        return entity

    def _may(self, caller: Caller, type_name: str, kind: Kind, entity: Mapping[str, Any] | None) -> bool:
        is_self = entity is not None and entity["_id"] == caller.subject_id
        return may(caller.role, type_name, kind) or (is_self and kind in ("read", "update"))

    def _search(self, route: Route, caller: Caller, handle: Handler, call: Call) -> ApiResponse:
        """Search with the caller's own filter and that of what it sees; the response repeats the caller's alone."""
        request = parse_search_request(search_request(call))
        own = normalized_filter(request.get("filter") or {})
        scope = self.scopes.filter(caller, _searched_type(route))
        both = {**scope, **({"$AND": {"filter": own}} if own else {})}
        text = encode({**request, "filter": both}).decode()
        response = handle(call._replace(query={**call.query, "searchRequest": [text]}))
        if not isinstance(response.body, dict) or "metadata" not in response.body:
            return response
        return response._replace(body={**response.body, "metadata": {**response.body["metadata"], "filter": own}})

    def _undone_if_refused(self, handle: Handler, call: Call, check: Callable[[Any], None]) -> ApiResponse:
        with self.changes.undone_on_error(), self.store.transaction():
            response = handle(call)
            check(response.body)
        return response

    def _check_result(self, caller: Caller, type_name: str, before: Mapping[str, Any], entity: Any) -> None:
        """Check that what was written is still the caller's, and refers to nothing of other organizations."""
        if not isinstance(entity, Mapping) or "_id" not in entity:
            return
        if not self.scopes.sees(caller, type_name, entity):
            raise AccessDenied("The caller would have no access to what it writes: it belongs to somebody else")
        foreign = [name for name, value in entity.items() if value != before.get(name) and _is_foreign(caller, value)]
        if foreign:
            raise AccessDenied(f"The attribute [{foreign[0]}] refers to what the caller has no access to")
        self._check_role(type_name, before, entity)

    def _check_role(self, type_name: str, before: Mapping[str, Any], entity: Any) -> None:
        """Check that nobody is made an administrator by somebody who is none."""
        if not isinstance(entity, Mapping):
            return
        if type_name == _ORGANIZATION and before and _administrator(before) != _administrator(entity):
            raise AccessDenied(
                "Only administrators of the platform, and an organization's own, replace its administrator"
            )
        if type_name == _USER and MANUFACTURER_ADMIN in self._new_role(before, entity):
            raise AccessDenied("Only an administrator of the platform makes others that")

    def _new_role(self, before: Mapping[str, Any], entity: Mapping[str, Any]) -> set[str]:
        roles = [{role_of(self.entities.find, _USER, person)} if person else set() for person in (entity, before)]
        return roles[0] - roles[1]


def _is_foreign(caller: Caller, value: Any) -> bool:
    """Whether a value is a reference to what belongs to another organization; one's own may belong to another."""
    if not isinstance(value, Mapping) or value.get("id") == caller.organization_id:
        return False
    return value.get("organizationId") not in (None, caller.organization_id)


def _makes_administrators(caller: Caller) -> bool:
    return caller.role == MANUFACTURER_ADMIN and caller.sees_all


def _administrator(organization: Mapping[str, Any]) -> Any:
    return (organization.get("_primaryAdministrator") or {}).get("id")


def _kind(call: Call) -> Kind:
    if call.method == "POST":
        return "update" if "id" in call.variables else "create"
    return _KINDS[call.method]


def _is_about_self(route: Route) -> bool:
    return route.template.endswith("/self")


def _is_search(route: Route) -> bool:
    return route.returns_entities or _is_of_current(route)


def _is_of_current(route: Route) -> bool:
    """Whether an API searches the patients or devices that have something current."""
    return "/current/" in route.template


def _searched_type(route: Route) -> str:
    if not _is_of_current(route):
        return route.entity_name or ""
    return "patient" if "/patients/" in route.template else "device"
