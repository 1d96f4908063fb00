"""Applies an interceptor's reply to the call, or to its response (contract sections 2.4 to 2.6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.behaviour.replies import Replies
from biot_emulator.event_kind import EventKind
from biot_emulator.http.response import Response
from biot_emulator.wire_json import decode, encode

__all__ = [
    "BadReply",
    "adapted_response",
    "changed_call",
    "changed_response",
    "entities_of",
    "is_page",
    "relayed_response",
    "reply_problem",
]

_DIGITS = re.compile(r"\d{3}(?!\d)")


class BadReply(ValueError):
    """A reply with a status of success that does not fit the kind of hook."""


def relayed_response(response: Response) -> ApiResponse:
    """Return the response that a plugin sends in the platform's place, as it is (contract section 2.6)."""
    content_type = response.headers.get("content-type", "application/json")
    return ApiResponse(response.status_code, headers={"content-type": content_type}, content=response.content)


def changed_call(call: Call, reply: Any, behaviour: Replies | None = None) -> Call:
    """Apply the reply of a PRE_REQUEST interceptor to a call.

    Args:
        call: The call.
        reply: The body of the reply.
        behaviour: What becomes of what the reply leaves out; None preserves it.

    Raises:
        BadReply: The reply has no valid request.
    """
    behaviour = behaviour or Replies()
    request = _part(reply, "request")
    path = request.get("path")
    if not isinstance(path, str) or not path.startswith("/"):
        raise BadReply("its [request] has no [path]")
    return call._replace(
        path=path,
        query=_query(_part_of(request, "queryParameters", call.query, behaviour.omitted_query)),
        headers=_changed_headers(call, request, behaviour),
        content=_changed_content(call, request, behaviour),
    )


def reply_problem(kind: EventKind, reply: Any) -> str | None:
    """Return why an interceptor's reply of success cannot be used, such as `it has no [request]`; None if it can be.

    Args:
        kind: The kind of the hook; all replies to what is no interception can be used.
        reply: The body of the reply.
    """
    call = Call("GET", "/", {}, trace_id="", traceparent="", source_ip="")
    # A page, as the event does not say whether its entities are one: those of a page may become more or fewer.
    page = ApiResponse(200, {"data": [], "metadata": {}})
    apply: dict[EventKind, Callable[[], object]] = {
        EventKind.PRE_REQUEST: lambda: changed_call(call, reply),
        EventKind.POST_REQUEST: lambda: changed_response(page, reply),
        EventKind.ADAPT_ENTITY: lambda: adapted_response(page, reply),
    }
    try:
        apply.get(kind, lambda: None)()
    except BadReply as bad:
        return str(bad)
    return None


def entities_of(api_response: ApiResponse) -> list[Any]:
    """Return the entities of a response: the page of a search, or the body of all others; none without a body."""
    if api_response.body is None:
        return []
    return list(api_response.body["data"]) if is_page(api_response) else [api_response.body]


def adapted_response(api_response: ApiResponse, reply: Any) -> ApiResponse:
    """Apply the reply of an ADAPT_ENTITY interceptor to a response; entities that it leaves out are preserved.

    Raises:
        BadReply: The reply has no valid response, or not as many entities.
    """
    response = _part(reply, "response")
    status_code, entities = _status_code(response), response.get("entities")
    if entities is None:
        return api_response._replace(status_code=status_code)
    if not isinstance(entities, list):
        raise BadReply("its [entities] are no list")
    if is_page(api_response):
        return api_response._replace(status_code=status_code, body={**api_response.body, "data": entities})
    if len(entities) != len(entities_of(api_response)):
        raise BadReply(f"its [entities] are {len(entities)} where there was {len(entities_of(api_response))}")
    return api_response._replace(status_code=status_code, body=entities[0] if entities else None)


def changed_response(api_response: ApiResponse, reply: Any, *, search_body: str = "page") -> ApiResponse:
    """Apply the reply of a POST_REQUEST interceptor to a response; a body that it leaves out is preserved.

    Args:
        api_response: The response.
        reply: The body of the reply.
        search_body: What of a search's response the interceptor received: the `page`, or its `entities`.

    Raises:
        BadReply: The reply has no valid response.
    """
    response = _part(reply, "response")
    body = response.get("body", api_response.body)
    if is_page(api_response) and search_body == "entities" and isinstance(body, list):
        body = {**api_response.body, "data": body}
    return api_response._replace(status_code=_status_code(response), body=body)


def _part(reply: Any, name: str) -> Mapping[str, Any]:
    part = reply.get(name) if isinstance(reply, dict) else None
    if not isinstance(part, dict):
        raise BadReply(f"it has no [{name}]")
    return part


def _part_of(request: Mapping[str, Any], name: str, current: Any, omitted: str) -> Any:
    return request.get(name, None if omitted == "removed" else current)


def _changed_headers(call: Call, request: Mapping[str, Any], behaviour: Replies) -> dict[str, str]:
    headers = _headers(_part_of(request, "headers", call.headers, behaviour.omitted_headers))
    changeable = {name: value for name, value in headers.items() if name not in behaviour.fixed_headers}
    return changeable | {name: value for name, value in call.headers.items() if name in behaviour.fixed_headers}


def _changed_content(call: Call, request: Mapping[str, Any], behaviour: Replies) -> bytes:
    if "body" in request:
        return _content(call.content, request["body"])
    return b"" if behaviour.omitted_body == "removed" else call.content


def _query(value: Any) -> Mapping[str, list[str]]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(_is_list_of_texts(item) for item in value.values()):
        raise BadReply("its [queryParameters] are no object of lists of texts")
    return value


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _headers(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise BadReply("its [headers] are no object of texts")
    return {name.lower(): text for name, text in value.items()}


def _content(content: bytes, body: Any) -> bytes:
    """Return the request's own bytes where its body is unchanged."""
    try:
        before = decode(content) if content.strip() else None
    except ValueError:
        before = None
    if body == before:
        return content
    return b"" if body is None else encode(body)


def is_page(api_response: ApiResponse) -> bool:
    """Whether a response is the page of a search."""
    return isinstance(api_response.body, dict) and api_response.body.keys() == {"data", "metadata"}


def _status_code(response: Mapping[str, Any]) -> int:
    """Parse a status in any of its notations (contract section 2.5)."""
    value = response.get("httpStatusCode")
    code = _number(value) if isinstance(value, str) else value
    if type(code) is not int or not 200 <= code <= 599:
        raise BadReply("its [httpStatusCode] is none")
    return code


def _number(status: str) -> int | None:
    if digits := _DIGITS.match(status):
        return int(digits[0])
    return HTTPStatus[status].value if status in HTTPStatus.__members__ else None
