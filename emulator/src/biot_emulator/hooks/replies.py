"""What an interceptor's reply makes of the call, or of its answer (contract sections 2.4 to 2.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from biot_emulator.api.call import Answer, Call
from biot_emulator.http.response import Response
from biot_emulator.wire_json import decode, encode

__all__ = ["BadReply", "adapted_answer", "changed_answer", "changed_call", "entities_of", "relayed"]

_DIGITS = re.compile(r"\d{3}(?!\d)")


class BadReply(ValueError):
    """A reply with a status of success that is not what the kind of hook asks for."""


def relayed(response: Response) -> Answer:
    """The answer that a plugin gives instead of the platform, as it is (contract section 2.6)."""
    content_type = response.headers.get("content-type", "application/json")
    return Answer(response.status_code, headers={"content-type": content_type}, content=response.content)


def changed_call(call: Call, reply: Any) -> Call:
    """The call as a PRE_REQUEST interceptor wants it to be; what it leaves out stays.

    Raises:
        BadReply: The reply has no request, or one that is none.
    """
    request = _part(reply, "request")
    path = request.get("path")
    if not isinstance(path, str) or not path.startswith("/"):
        raise BadReply("its [request] has no [path]")
    return replace(
        call,
        path=path,
        query=_query(request["queryParameters"]) if "queryParameters" in request else call.query,
        headers=_headers(request["headers"]) if "headers" in request else call.headers,
        content=_content(call.content, request["body"]) if "body" in request else call.content,
    )


def entities_of(answer: Answer) -> list[Any]:
    """The entities of an answer: the found ones of a search, or the one of all others; none without a body."""
    if answer.body is None:
        return []
    return list(answer.body["data"]) if _is_page(answer) else [answer.body]


def adapted_answer(answer: Answer, reply: Any) -> Answer:
    """The answer with the entities that an ADAPT_ENTITY interceptor gives; where it gives none, those that it had.

    Raises:
        BadReply: The reply has no response, or one that does not fit.
    """
    response = _part(reply, "response")
    status_code, entities = _status_code(response), response.get("entities")
    if entities is None:
        return replace(answer, status_code=status_code)
    if not isinstance(entities, list):
        raise BadReply("its [entities] are no list")
    if _is_page(answer):
        return replace(answer, status_code=status_code, body={**answer.body, "data": entities})
    if len(entities) != len(entities_of(answer)):
        raise BadReply(f"its [entities] are {len(entities)} where there was {len(entities_of(answer))}")
    return replace(answer, status_code=status_code, body=entities[0] if entities else None)


def changed_answer(answer: Answer, reply: Any) -> Answer:
    """The answer as a POST_REQUEST interceptor wants it to be; a body that it leaves out stays.

    Raises:
        BadReply: The reply has no response, or one that is none.
    """
    response = _part(reply, "response")
    return replace(answer, status_code=_status_code(response), body=response.get("body", answer.body))


def _part(reply: Any, name: str) -> Mapping[str, Any]:
    part = reply.get(name) if isinstance(reply, dict) else None
    if not isinstance(part, dict):
        raise BadReply(f"it has no [{name}]")
    return part


def _query(value: Any) -> dict[str, list[str]]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(_is_list_of_texts(one) for one in value.values()):
        raise BadReply("its [queryParameters] are no object of lists of texts")
    return value


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _headers(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise BadReply("its [headers] are no object of texts")
    return {name.lower(): one for name, one in value.items()}


def _content(content: bytes, body: Any) -> bytes:
    """Keep the request's bytes where its body is what it was."""
    try:
        before = decode(content) if content.strip() else None
    except ValueError:
        before = None
    if body == before:
        return content
    return b"" if body is None else encode(body)


def _is_page(answer: Answer) -> bool:
    return isinstance(answer.body, dict) and answer.body.keys() == {"data", "metadata"}


def _status_code(response: Mapping[str, Any]) -> int:
    """Read a status in any of the ways in which it is written (contract section 2.5)."""
    value = response.get("httpStatusCode")
    code = _number(value) if isinstance(value, str) else value
    if type(code) is not int or not 200 <= code <= 599:
        raise BadReply("its [httpStatusCode] is none")
    return code


def _number(status: str) -> int | None:
    if digits := _DIGITS.match(status):
        return int(digits[0])
    return HTTPStatus[status].value if status in HTTPStatus.__members__ else None
