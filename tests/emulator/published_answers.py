"""Holds every answer that a test gets about people to the platform's published descriptions, where they are there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from biot_emulator.api.call import Call
from biot_emulator.api.errors import NotKnown
from biot_emulator.api.router import Router
from biot_emulator.client import Client, Reply
from biot_emulator.services.route_tables import SERVICE_ROUTES
from tests.emulator.conftest import SHARED

__all__ = ["hold_answers_to_descriptions"]

#: Where each is, and what it leaves out of its paths.
_DESCRIPTIONS = {"organization-2.4.2.json": "", "ums-2.4.2.json": "/ums"}


def hold_answers_to_descriptions() -> Iterator[None]:
    """Check every answer of `Client.call` meanwhile."""
    call = Client.call

    def checked(client: Client, method: str, path: str, **rest: Any) -> Reply:
        reply = call(client, method, path, **rest)
        _check(method, path.partition("?")[0], reply)
        return reply

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "call", checked)
        yield


def _check(method: str, path: str, reply: Reply) -> None:
    try:
        route, _ = _router().find(Call(method, path))
    except NotKnown:
        return
    described = _responses().get(route.api_id)
    if described is None or reply.status_code >= 300:
        return
    assert str(reply.status_code) in described, f"{route.api_id} answers {reply.status_code}"
    validator = described[str(reply.status_code)]
    if validator is not None:
        # A null is as good as nothing.
        validator.validate(_without_nulls(reply.body))


@cache
def _router() -> Router:
    router = Router()
    router.add(SERVICE_ROUTES)
    return router


@cache
def _responses() -> dict[str, dict[str, Any]]:
    """By API id and status, what validates an answer; None where it has no body."""
    return {
        f"{method.upper()}{prefix}{path}": {
            status: _validator(document, response) for status, response in operation["responses"].items()
        }
        for name, prefix in _DESCRIPTIONS.items()
        if (file := SHARED / "platform-api/wider" / name).exists()
        for document in [json.loads(file.read_text(encoding="utf-8"))]
        for path, methods in document["paths"].items()
        if path.startswith(("/organization", "/v1", "/v2"))
        for method, operation in methods.items()
    }


def _validator(document: Any, response: Any) -> Any:
    content = response.get("content", {}).get("application/json")
    if content is None:
        return None
    whole = {**content["schema"], "components": document["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value
