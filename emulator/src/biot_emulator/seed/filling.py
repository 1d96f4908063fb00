"""Fills a platform by its own APIs, as its administrator: all of a file, or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from biot_emulator.api.call import Call
from biot_emulator.platform import Platform
from biot_emulator.security.secret_checks import checks_in_this_thread
from biot_emulator.seed.document import Item, Seed
from biot_emulator.seed.errors import SeedInvalid
from biot_emulator.seed.references import references, resolved
from biot_emulator.state.store import Store
from biot_emulator.wire_json import encode

__all__ = ["COLLECTION", "fill"]

COLLECTION = "seeds"
"""The collection with the files that a platform was filled with."""

_TEMPLATE_VARIABLES = ("templateName", "usageType")
_CREATING = ("create", "start")


def fill(platform: Platform, store: Store, seed: Seed, admin: tuple[str, str]) -> bool:
    """Fill a platform, before it is served; if anything is refused, it stays as it was.

    What a state was filled with stays in it: it is not filled with the same again.

    Args:
        platform: The platform.
        store: Its state.
        seed: What to fill it with.
        admin: The administrator's user name and password.

    Returns:
        Whether it was filled; False if it had been before.

    Raises:
        SeedInvalid: The platform refuses something, or it has been filled with something else.
    """
    documents = store.all(COLLECTION)
    if any(document["id"] == seed.hash for document in documents):
        return False
    if documents:
        raise SeedInvalid(
            "it is not what this state was filled with: use another folder, or the same content as before"
        )
    filling = _Filling(platform, _log_in(platform, admin))
    with checks_in_this_thread(), store.transaction():
        has_messages = bool(filling.call("GET", "/_emulator/outbox", None, "it")["data"])
        filling.fill(seed)
        if not has_messages:
            # Invitations that nobody has to accept any more.
            filling.call("DELETE", "/_emulator/outbox", None, "it")
        store.put(COLLECTION, seed.hash, {"id": seed.hash})
    return True


@dataclass(slots=True)
class _Filling:
    platform: Platform
    token: str
    ids: dict[str, str] = field(default_factory=dict)

    def fill(self, seed: Seed) -> None:
        """Create everything, each after what it refers to."""
        self._templates(seed)
        pending = list(seed.items)
        known = {item.name for item in pending} | self.ids.keys()
        for item in pending:
            for name in references(item.body):
                if name not in known:
                    raise SeedInvalid(f"{item.place} refers to ${name}, which has no entry: add one with this name")
        while pending:
            ready = [item for item in pending if all(name in self.ids for name in references(item.body))]
            if not ready:
                raise SeedInvalid(f"{pending[0].place} refers to itself by way of others: leave one reference out")
            for item in ready:
                self._create(item)
            pending = [item for item in pending if item not in ready]

    def _templates(self, seed: Seed) -> None:
        for number, template in enumerate(seed.templates):
            place = f"templates[{number}]"
            for name in references(template):
                if name not in self.ids:
                    raise SeedInvalid(f"{place} refers to ${name}, which is no template before it: write $TYPE/NAME")
            body = self.call("POST", "/settings/v1/templates", resolved(template, self.ids), place)
            self.ids[f"{template['entityType']}/{template['name']}"] = body["id"]

    def _create(self, item: Item) -> None:
        body = resolved(item.body, self.ids)
        path = _path(item, body)
        parent = item.entity_type.parent[0]
        if parent:
            body = {name: value for name, value in body.items() if name != parent}
        created = self.call("POST", path, body, item.place)
        if item.name is not None:
            self.ids[item.name] = created["_id"]
        if item.password is not None:
            self._accept(item, created)

    def _accept(self, item: Item, person: Mapping[str, Any]) -> None:
        """Accept a person's invitation, with the password."""
        address = person.get("_email")
        messages = self.call("GET", f"/_emulator/outbox?to={quote(str(address))}", None, item.place)["data"]
        link = next((message["link"] for message in messages if message.get("link")), None) if address else None
        if link is None:
            raise SeedInvalid(f"{item.place} cannot log in: give the body an _email, and patients _canLogin as well")
        parts = urlsplit(link)
        body = {"operationData": {"password": item.password}}
        self.call("POST", f"{parts.path}?{parts.query}", body, item.place)

    def call(self, method: str, target: str, body: Any, place: str) -> Any:
        """Call an API as the administrator; return the body of the response."""
        path, _, query = target.partition("?")
        trace_id = uuid.uuid4().hex
        call = Call(
            method,
            path,
            query=parse_qs(query),
            headers={"authorization": f"Bearer {self.token}", "content-type": "application/json"},
            content=b"" if body is None else encode(body),
            trace_id=trace_id,
            traceparent=f"00-{trace_id}-{trace_id[:16]}-00",
        )
        response = self.platform.handle(call)
        if response.status_code >= 400:
            error = response.body if isinstance(response.body, dict) else {}
            reason = " ".join(str(error[name]) for name in ("code", "message") if name in error)
            raise SeedInvalid(f"{place} is refused by the platform: {response.status_code} {reason}")
        return response.body


def _log_in(platform: Platform, admin: tuple[str, str]) -> str:
    body = encode({"username": admin[0], "password": admin[1]})
    response = platform.handle(Call("POST", "/ums/v2/users/login", content=body, trace_id=uuid.uuid4().hex))
    if response.status_code >= 400:
        raise SeedInvalid("the administrator cannot log in: the state has another administrator")
    return str(response.body["accessJwt"]["token"])


def _path(item: Item, body: Mapping[str, Any]) -> str:
    """Return the path of the API that creates an item; of several, the one that names the template if there is one."""
    apis = [api.removeprefix("POST") for api, name in item.entity_type.apis.items() if name in _CREATING]
    by_template = [path for path in apis if any(f"{{{variable}}}" in path for variable in _TEMPLATE_VARIABLES)]
    candidates = by_template if item.template else [path for path in apis if path not in by_template]
    if not candidates:
        raise SeedInvalid(f"{item.place} cannot have a template: leave template out")
    path = candidates[0]
    for variable in _TEMPLATE_VARIABLES:
        path = path.replace(f"{{{variable}}}", quote(item.template or "", safe=""))
    attribute, variable = item.entity_type.parent
    if variable:
        parent = body.get(attribute)
        id = parent.get("id") if isinstance(parent, dict) else None
        if not isinstance(id, str) or not id:
            raise SeedInvalid(f'{item.place} belongs to nothing: add "{attribute}": {{"id": "$name"}} to its body')
        path = path.replace(f"{{{variable}}}", quote(id, safe=""))
    return path
