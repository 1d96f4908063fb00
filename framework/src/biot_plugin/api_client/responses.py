"""What the platform's answers mean to a handler: JSON, or an error."""

from __future__ import annotations

from typing import Any

from biot_plugin.http.exchange import Answer, Request
from biot_plugin.platform_errors import UnexpectedAnswer, api_error
from biot_plugin.wire import strict_json


def json_of(request: Request, answer: Answer) -> Any:
    """The answer's JSON; None where it is empty.

    Raises:
        ApiError: It is an error.
        UnexpectedAnswer: It is not what the platform sends.
    """
    if answer.status >= 400:
        raise api_error(request.call, answer.status, _parsed(answer.content), request.trace_id)
    check_success(request, answer)
    if not answer.content:
        return None
    try:
        return strict_json.loads(answer.content)
    except ValueError:
        kind = answer.headers.get("content-type", "no type").partition(";")[0]
        raise _unexpected(request, answer, f"{kind} that is not JSON") from None


def check_success(request: Request, answer: Answer) -> None:
    """Lets an answer pass that says that all is well.

    Raises:
        UnexpectedAnswer: It says anything else.
    """
    if not 200 <= answer.status < 300:
        raise _unexpected(request, answer, "which is no success")


def object_of(request: Request, answer: Answer, *names: str) -> dict[str, Any]:
    """The answer's JSON object, which has texts of these names.

    Raises:
        ApiError: It is an error.
        UnexpectedAnswer: It is not such an object.
    """
    body = json_of(request, answer)
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in names):
        raise _unexpected(request, answer, f"without {', '.join(names)}")
    return body


def page_of(request: Request, answer: Answer) -> dict[str, Any]:
    """The answer's page of a search (contract section 5.6).

    Raises:
        ApiError: It is an error.
        UnexpectedAnswer: It is no page: to take it for an empty one would hide what is there.
    """
    body = json_of(request, answer)
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        raise _unexpected(request, answer, "without a list of data")
    return body


def _parsed(content: bytes) -> Any:
    try:
        return strict_json.loads(content)
    except ValueError:
        return None


def _unexpected(request: Request, answer: Answer, what: str) -> UnexpectedAnswer:
    reason = f"answered {answer.status}, {what}"
    return UnexpectedAnswer(request.call, reason, status=answer.status, trace_id=request.trace_id)
