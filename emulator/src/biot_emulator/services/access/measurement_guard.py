"""Puts access control around the handlers of measurements: whoever does not see a patient sees none of its values."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from biot_emulator.api.call import Call, Caller
from biot_emulator.api.errors import AccessDenied
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.api.search import parse_search_request, search_request
from biot_emulator.services.access.scopes import Scopes
from biot_emulator.services.entities.repository import Entities

__all__ = ["MeasurementGuard"]

_TYPES = {"patientId": "patient", "deviceId": "device", "sessionId": "usage-session"}
_PATIENT_FILTER = "_patient.id"


@dataclass(frozen=True, slots=True)
class MeasurementGuard:
    """Has callers save and search measurements of the patients, devices and sessions that they see.

    Attributes:
        entities: All entities.
        scopes: Which entities callers see.
    """

    entities: Entities
    scopes: Scopes

    def around(self, routes: Iterable[Route]) -> list[Route]:
        """Return routes with guarded handlers."""
        return [replace(route, handler=partial(self._respond, route)) for route in routes]

    def _respond(self, route: Route, *arguments: Any) -> ApiResponse:
        call: Call = arguments[-1]
        if call.caller is not None and not call.caller.sees_all:
            for name, id in _named(call) if call.method == "POST" else [("patientId", _searched_patient(call))]:
                self._check(call.caller, _TYPES[name], id)
        return route.handler(*arguments)

    def _check(self, caller: Caller, type_name: str, id: str | None) -> None:
        entity = self.entities.find(type_name, _canonical(id)) if id is not None else None
        if entity is None or not self.scopes.sees(caller, type_name, entity):
            named = f"the {type_name} [{id}]" if id is not None else "the measurements of all patients: name one"
            raise AccessDenied(f"The caller has no access to {named}")


def _named(call: Call) -> Iterator[tuple[str, str]]:
    """Yield what messages are about; what has another form is the handler's to refuse."""
    body = call.object
    measures = body.get("measures")
    for message in measures if isinstance(measures, list) else [body]:
        metadata = message.get("metadata") if isinstance(message, Mapping) else None
        if isinstance(metadata, Mapping):
            yield from ((name, metadata[name]) for name in _TYPES if isinstance(metadata.get(name), str))


def _searched_patient(call: Call) -> str | None:
    named = next(iter(call.query.get("patientId", ())), None)
    if named:
        return named
    conditions = (parse_search_request(search_request(call)).get("filter") or {}).get(_PATIENT_FILTER)
    value = conditions.get("eq") if isinstance(conditions, Mapping) else None
    return value if isinstance(value, str) else None


def _canonical(id: str) -> str:
    try:
        return str(uuid.UUID(id))
    except ValueError:
        return id
