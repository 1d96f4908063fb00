"""The shapes of the bodies of API calls: what a request brings, and what the response has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CallShape", "call_shape", "operation_of"]

ResponseBody = Literal["entity", "page", "nothing", "other"]

_PAGES = ("search", "search_current")
_DELETIONS = ("delete", "delete_certificate", "delete_orphans")
_OTHERS = ("read_connection", "create_certificate", "activate_certificate", "update_status")
_WRITING_METHODS = ("POST", "PUT", "PATCH")
_BODILESS = ("set_enabled", "control", "stop", "activate_certificate")


@dataclass(frozen=True, slots=True)
class CallShape:
    """The shapes of the bodies of an API's calls.

    Attributes:
        sends_entity: Whether the request brings the attributes of an entity.
        sends_body: Whether the request has a body at all.
        response: What the response has: one `entity`, a `page` of them, `nothing`, or something `other`.
    """

    sends_entity: bool
    sends_body: bool
    response: ResponseBody


def call_shape(api_id: str) -> CallShape:
    """Determine the shapes of the calls of an API.

    Args:
        api_id: Its id, with variables. Of an API that is not known, only the method is.
    """
    operation, writes = operation_of(api_id), api_id.startswith(_WRITING_METHODS)
    sends_entity = operation in ("create", "update")
    return CallShape(sends_entity, writes and operation not in _BODILESS, _response(operation, api_id))


def operation_of(api_id: str) -> str:
    """Name what the calls of an API do, such as `create`; empty for one that is not known."""
    from biot_emulator.services.entities.types import ENTITY_TYPES

    if api_id == "GET/organization/v1/users/self":
        return "self"
    return next((str(entity.apis[api_id]) for entity in ENTITY_TYPES if api_id in entity.apis), "")


def _response(operation: str, api_id: str) -> ResponseBody:
    if operation in _PAGES:
        return "page"
    if operation in _DELETIONS or api_id.startswith("DELETE"):
        return "nothing"
    return "entity" if operation and operation not in _OTHERS else "other"
