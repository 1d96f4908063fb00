"""The body that an interceptor receives, by kind of hook (contract sections 2.3 and 2.5)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.behaviour.settings import Interceptors
from biot_emulator.hooks.replies import is_page
from biot_emulator.wire_json import decode

__all__ = ["adapt_entity_body", "post_request_body", "pre_request_body"]

Body = dict[str, Any]


def pre_request_body(route: Route, call: Call) -> Body:
    """Return what a PRE_REQUEST interceptor receives."""
    return {
        **({"initiatorData": _initiator(call)} if call.caller else {}),
        "method": call.method,
        "entityName": route.entity_name,
        "apiId": route.api_id,
        "request": {
            "body": _request_body(call),
            "path": call.path,
            "queryParameters": {name: list(values) for name, values in call.query.items()},
            "headers": dict(call.headers),
            "pathVariables": [{"name": name, "value": value} for name, value in call.variables.items()],
        },
    }


def post_request_body(route: Route, call: Call, response: ApiResponse, behaviour: Interceptors) -> Body:
    """Return what a POST_REQUEST interceptor receives."""
    as_list = is_page(response) and behaviour.search_body == "entities"
    body = response.body["data"] if as_list else response.body
    document = {"body": body, "httpStatusCode": _status(response.status_code, behaviour)}
    return {**pre_request_body(route, call), "response": document}


def adapt_entity_body(
    route: Route, call: Call, status_code: int, entities: list[Any] | None, behaviour: Interceptors
) -> Body:
    """Return what an ADAPT_ENTITY interceptor receives."""
    document = {"entities": entities, "httpStatusCode": _status(status_code, behaviour)}
    return {**pre_request_body(route, call), "response": document}


def _initiator(call: Call) -> dict[str, str]:
    caller = call.caller
    if caller is None:
        return {}
    return {
        "subjectId": caller.subject_id,
        "ownerOrganizationId": caller.organization_id,
        "tokenType": caller.token_type,
    }


def _request_body(call: Call) -> Any:
    """Return the request's JSON; None where it has none."""
    try:
        return decode(call.content) if call.content.strip() else None
    except ValueError:
        return None


def _status(status_code: int, behaviour: Interceptors) -> str:
    """Write a status as the platform does (contract section 2.5)."""
    try:
        name = HTTPStatus(status_code).name
    except ValueError:
        return str(status_code)
    texts = {"code-and-name": f"{status_code} {name}", "name": name, "code": str(status_code)}
    return texts[behaviour.status_text]
