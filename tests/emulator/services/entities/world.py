"""What tests of devices and of what belongs to them begin with."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from biot_emulator.api.call import Call
from biot_emulator.client import Reply
from biot_emulator.testing import Emulator
from tests.emulator.services.entities.published import check_answer

__all__ = ["ALERTS", "DEVICES", "DONE", "GENERIC", "LONG_AGO", "NOBODY", "OF_DEVICES", "PATIENTS", "World"]

PATIENTS = "/organization/v1/users/patients"
ALERTS = f"{PATIENTS}/{{}}/alerts"
DEVICES = "/device/v2/devices"
OF_DEVICES = "/device/v1/devices"
GENERIC = "/generic-entity/v1/generic-entities"
NOBODY = "00000000-0000-4000-8000-00000000abcd"
LONG_AGO = "2020-01-01T07:00:00.000Z"
DONE: dict[str, Any] = {
    "_state": "DONE",
    "_startTime": LONG_AGO,
    "_endTime": "2020-01-01T08:00:00.000Z",
    "_summary": {"_stopReason": "as planned", "_stopReasonCode": "COMPLETION"},
}


class World:
    """Makes entities, and holds every answer to its published description; its devices have ids of their own.

    Args:
        emulator: The platform.
    """

    def __init__(self, emulator: Emulator) -> None:
        self.client = emulator
        self._numbers: Iterator[int] = itertools.count()

    def __call__(self, method: str, path: str, body: Any = None) -> Reply:
        reply = self.client.call(method, path, json=body)
        if reply.status_code < 300:
            route, _ = self.client.platform.router.find(Call(method, path.partition("?")[0]))
            check_answer(route.api_id, reply.status_code, reply.body)
        return reply

    def made(self, path: str, body: Any = None) -> dict[str, Any]:
        """Make an entity, and return it."""
        reply = self("POST", path, {} if body is None else body)
        assert reply.status_code == 201, reply.body
        entity: dict[str, Any] = reply.body
        return entity

    def found(self, path: str, filter: Any = None) -> list[dict[str, Any]]:
        """Search, and return what is found."""
        query = f"?searchRequest={quote(json.dumps({'filter': filter}))}" if filter else ""
        entities: list[dict[str, Any]] = self("GET", path + query).body["data"]
        return entities

    def number(self) -> int:
        """Return a number that nothing else has."""
        return next(self._numbers)

    def organization(self) -> str:
        """Make another organization; return its id."""
        number = self.number()
        admin = {"_name": {"firstName": "Grace", "lastName": "Hopper"}, "_email": f"grace{number}@example.org"}
        body = {"_name": f"Clinic {number}", "_primaryAdministrator": admin}
        return str(self.made("/organization/v1/organizations", body)["_id"])

    def patient(self, **attributes: Any) -> str:
        """Make a patient; return its id."""
        return str(self.made(PATIENTS, {"_name": {"firstName": "Ada", "lastName": "Lovelace"}, **attributes})["_id"])

    def device(self, **attributes: Any) -> str:
        """Make a device of a new patient; return its id."""
        patient = {"_patient": {"id": self.patient()}} if "_patient" not in attributes else {}
        return str(self.made(DEVICES, {"_id": f"device-{self.number()}", **patient, **attributes})["_id"])

    def session(self, device: str, **attributes: Any) -> str:
        """Make a session that the device has begun; return its path."""
        path = f"{OF_DEVICES}/{device}/usage-sessions"
        return f"{path}/{self.made(path, {'_state': 'ACTIVE', '_startTime': LONG_AGO, **attributes})['_id']}"

    def remote_session(self, device: str, **attributes: Any) -> str:
        """Start a session on a device; return its path."""
        path = f"{OF_DEVICES}/{device}/usage-sessions"
        return f"{path}/{self.made(f'{path}/remote-control/start', attributes)['_id']}"

    def command(self, device: str, **attributes: Any) -> str:
        """Start a command on a device; return its path."""
        path = f"{OF_DEVICES}/{device}/commands"
        return f"{path}/{self.made(f'{path}/start', attributes)['_id']}"

    def says(self, path: str, **report: Any) -> Reply:
        """Have a device report something of a session or a command, by its path, or of its own connection."""
        return self("PUT", path.replace(OF_DEVICES, "/_emulator/devices"), report)

    def alert(self, parents: str, id: str, **attributes: Any) -> str:
        """Make an alert of a patient or a device; return its path."""
        path = f"{parents}/{id}/alerts"
        return f"{path}/{self.made(path, attributes)['_id']}"
